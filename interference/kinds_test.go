package interference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"sightline/ooni"
)

// A kind is a measurement of web_connectivity 0.5 of our own making. Its rows
// are written short:
//
//	dns system|plain|encrypted NAME DEPTH ADDRESS/NETWORK,… | !FAILURE | - (no answers) | null
//	tcp ADDRESS:PORT DEPTH ok|FAILURE
//	tls ADDRESS:PORT NAME DEPTH ok|FAILURE
//	http URL ADDRESS:PORT DEPTH STATUS LENGTH TITLE… | !FAILURE [STATUS LENGTH]
//
// and those of the control the same without depth, "http" without address. A
// depth with a plus is not on the way that people use.
type kind struct {
	name, input string
	rows        string
	control     string // "" where the control failed
	interfered  bool
	state       State
	mechanism   Mechanism
}

// The addresses are of nobody in particular.
const (
	here = "93.184.216.34/15133" // the site's
	far  = "93.184.220.9/15133"  // the site's, in another place
	box  = "130.192.182.17/137"  // something on the way
)

var kinds = []kind{
	{"a page as the control's", "http://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:80 0 ok
		http http://www.site.example/ 93.184.216.34:80 0 200 1533 Default Web Page`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http 200 1533 Default Web Page`, false, Reachable, ""},
	{"a certificate out of date for everybody", "https://www.site.example/", `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 www.site.example 0 ssl_invalid_certificate`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ssl_invalid_certificate
		http !ssl_invalid_certificate`, false, Down, ""},
	{"a certificate of another name for everybody", "https://wrong.site.example/", `
		dns system wrong.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 wrong.site.example 0 ssl_invalid_hostname`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ssl_invalid_hostname
		http !ssl_invalid_hostname`, false, Down, ""},
	{"a certificate of another name at the probe alone", "https://www.site.example/", `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 www.site.example 0 ssl_invalid_hostname`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, TLSMitm},
	{"an international name in capitals", "http://Яndex.example/", `
		dns encrypted xn--ndex-0ld.example 0 ` + here + `
		dns system xn--ndex-0ld.example 0 ` + here + `
		tcp 93.184.216.34:80 0 ok
		http http://xn--ndex-0ld.example/ 93.184.216.34:80 0 200 1533 Default Web Page`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http 200 1533 Default Web Page`, false, Reachable, ""},
	{"an international name in small letters", "https://яndex.example/", `
		dns system xn--ndex-0ld.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 xn--ndex-0ld.example 0 ok
		http https://xn--ndex-0ld.example/ 93.184.216.34:443 0 200 1533 Default Web Page`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, false, Reachable, ""},
	{"a large file, cut by the probe", "http://large.site.example/", `
		dns system large.site.example 0 ` + here + `
		tcp 93.184.216.34:80 0 ok
		http http://large.site.example/ 93.184.216.34:80 0 200 5000/cut`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http 200 16777216`, false, Reachable, ""},
	{"more redirects than either follows, in the clear", "http://loop.site.example/", `
		dns system loop.site.example 0 ` + here + `
		tcp 93.184.216.34:80 0 ok
		http http://loop.site.example/10 93.184.216.34:80 10 302 0
		http http://loop.site.example/ 93.184.216.34:80 0 302 0`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http !unknown_failure: Get "http://loop.site.example/10": stopped after 10 redirects`, false, Reachable, ""},
	{"more redirects than either follows", "https://loop.site.example/", `
		dns system loop.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 loop.site.example 0 ok
		http https://loop.site.example/10 93.184.216.34:443 10 302 0
		http https://loop.site.example/ 93.184.216.34:443 0 302 0`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http !unknown_failure: stopped after 10 redirects`, false, Reachable, ""},
	{"a site that ends every handshake", "https://www.site.example/", `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 www.site.example 0 eof_error`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 eof_error
		http !eof_error`, false, Down, ""},
	{"a site that takes no connection", "https://www.site.example/", `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 generic_timeout_error`, `
		dns ` + here + `
		tcp 93.184.216.34:443 generic_timeout_error
		http !generic_timeout_error`, false, Down, ""},
	{"a name that does not exist", "http://gone.site.example/", `
		dns encrypted gone.site.example 0 !dns_nxdomain_error
		dns system gone.site.example 0 !dns_nxdomain_error`, `
		dns !dns_name_error
		http !dns_lookup_error`, false, Down, ""},
	{"a name without addresses", "http://empty.site.example/", `
		dns encrypted empty.site.example 0 !dns_no_answer
		dns system empty.site.example 0 !dns_no_answer`, `
		dns !dns_no_answer
		http !dns_lookup_error`, false, Down, ""},
	{"answers that are null", "http://www.site.example/", `
		dns encrypted www.site.example 0 null
		dns system www.site.example 0 null`, `
		dns -
		http !dns_lookup_error`, false, Down, ""},
	{"a content network nearby", "https://cdn.site.example/", `
		dns encrypted cdn.site.example 0 ` + here + `
		dns system cdn.site.example 0 ` + far + `
		tcp 93.184.220.9:443 0 ok
		tls 93.184.220.9:443 cdn.site.example 0 ok
		http https://cdn.site.example/ 93.184.220.9:443 0 200 1533 Default Web Page`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, false, Reachable, ""},
	{"a content network nearby, in the clear", "http://cdn.site.example/", `
		dns encrypted cdn.site.example 0 ` + here + `
		dns system cdn.site.example 0 ` + far + `
		tcp 93.184.220.9:80 0 ok
		http http://cdn.site.example/ 93.184.220.9:80 0 200 1533 Default Web Page`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http 200 1533 Default Web Page`, false, Reachable, ""},
	{"some addresses out of reach, others not", "https://www.site.example/", `
		dns system www.site.example 0 ` + here + `,` + far + `
		tcp 93.184.216.34:443 0 connection_refused
		tcp 93.184.220.9:443 0 ok
		tls 93.184.220.9:443 www.site.example 0 ok
		http https://www.site.example/ 93.184.220.9:443 0 200 1533 Default Web Page`, `
		dns ` + here + `,` + far + `
		tcp 93.184.216.34:443 ok
		tcp 93.184.220.9:443 ok
		tls 93.184.220.9:443 ok
		http 200 1533 Default Web Page`, false, Reachable, ""},
	{"no control, and the page by its certificate", "https://www.site.example/", `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 www.site.example 0 ok
		http https://www.site.example/ 93.184.216.34:443 0 200 1533 Default Web Page`, ``, false, Reachable, ""},
	{"no control, and a page in the clear", "http://www.site.example/", `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:80 0 ok
		http http://www.site.example/ 93.184.216.34:80 0 200 1533 Default Web Page`, ``, false, TooLittleData, ""},
	{"a site of one's own machine", "https://localhost.site.example/", `
		dns encrypted localhost.site.example 0 127.0.0.1/0
		dns system localhost.site.example 0 127.0.0.1/0
		tcp 127.0.0.1:443 0 connection_refused`, `
		dns 127.0.0.1/0
		http !connection_refused`, false, Down, ""},
	{"a captcha in the clear", "http://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:80 0 ok
		http http://www.site.example/ 93.184.216.34:80 0 503 2300 Attention Required! | Cloudflare`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http 200 1533 Default Web Page`, false, Reachable, ServerCaptcha},
	{"a redirect to no address", "http://short.site.example/", `
		dns encrypted short.site.example 0 ` + here + `
		dns system short.site.example 0 ` + here + `
		tcp 93.184.216.34:80 0 ok
		http http:/// 93.184.216.34:80 1 !http_invalid_redirect_location_host
		http http://short.site.example/ 93.184.216.34:80 0 302 0`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http !http_invalid_redirect_location_host`, false, Reachable, ServerRedirect},
	{"a resolver that answers for every name", "http://gone.site.example/", `
		dns encrypted gone.site.example 0 !dns_nxdomain_error
		dns plain gone.site.example 0 !dns_nxdomain_error
		dns system gone.site.example 0 ` + box + `
		tcp 130.192.182.17:80 0 ok
		http http://gone.site.example/ 130.192.182.17:80 0 200 900 Search for something`, `
		dns !dns_name_error
		http !dns_lookup_error`, false, Down, ""},

	{"an address that nobody can have", "http://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns system www.site.example 0 10.10.34.7/0
		tcp 93.184.216.34:80 0+ ok
		http http://www.site.example/ 93.184.216.34:80 0+ 200 1533 Default Web Page`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, DNSInjectionBogon},
	{"sent to one's own machine", "https://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns plain www.site.example 0 127.0.0.1/0
		dns system www.site.example 0 127.0.0.1/0
		tcp 93.184.216.34:443 0+ ok
		tcp 127.0.0.1:443 0 connection_refused
		tls 93.184.216.34:443 www.site.example 0+ ok
		http https://www.site.example/ 93.184.216.34:443 0+ 200 1533 Default Web Page`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, DNSInjectionBogon},
	{"sent through a proxy that passes everything on", "https://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns plain www.site.example 0 ` + box + `
		dns system www.site.example 0 ` + box + `
		tcp 130.192.182.17:443 0 ok
		tcp 93.184.216.34:443 0+ ok
		tls 130.192.182.17:443 www.site.example 0 ok
		tls 93.184.216.34:443 www.site.example 0+ ok
		http https://www.site.example/ 130.192.182.17:443 0 200 1533 Default Web Page`, `
		dns ` + here + `
		tcp 130.192.182.17:443 ok
		tcp 93.184.216.34:443 ok
		tls 130.192.182.17:443 ok
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, true, Impaired, DNSInjectionOther},
	{"a name that was once blocked and is gone", "http://gone.site.example/", `
		dns encrypted gone.site.example 0 !dns_nxdomain_error
		dns plain gone.site.example 0 ` + box + `
		dns system gone.site.example 0 ` + box + `
		tcp 130.192.182.17:80 0 ok
		http http://gone.site.example/ 130.192.182.17:80 0 200 900 Notice`, `
		dns !dns_name_error
		tcp 130.192.182.17:80 ok
		http !dns_lookup_error`, true, LikelyBlocked, DNSInjectionOther},
	{"a reset on the name in the request", "http://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:80 0 ok
		http http://www.site.example/ 93.184.216.34:80 0 !connection_reset`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, HTTPReset},
	{"silence on the name in the request", "http://www.site.example/", `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:80 0 ok
		http http://www.site.example/ 93.184.216.34:80 0 !generic_timeout_error`, `
		dns ` + here + `
		tcp 93.184.216.34:80 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, HTTPTimeout},
	{"silence after a redirect", "https://short.site.example/", `
		dns system short.site.example 0 ` + far + `
		dns system www.site.example 1 ` + here + `
		tcp 93.184.220.9:443 0 ok
		tcp 93.184.216.34:443 1 ok
		tls 93.184.220.9:443 short.site.example 0 ok
		tls 93.184.216.34:443 www.site.example 1 generic_timeout_error
		http https://short.site.example/ 93.184.220.9:443 0 308 0`, `
		dns ` + far + `
		tcp 93.184.220.9:443 ok
		tls 93.184.220.9:443 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, TLSTimeout},
	{"a name that is denied after a redirect", "https://short.site.example/", `
		dns system short.site.example 0 ` + far + `
		dns system www.site.example 1 !dns_nxdomain_error
		tcp 93.184.220.9:443 0 ok
		tls 93.184.220.9:443 short.site.example 0 ok
		http https://short.site.example/ 93.184.220.9:443 0 308 0`, `
		dns ` + far + `
		tcp 93.184.220.9:443 ok
		tls 93.184.220.9:443 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, DNSNXDomain},
	{"no connection", "https://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 generic_timeout_error`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, TCPTimeout},
	{"no connection to any of several addresses", "https://www.site.example/", `
		dns system www.site.example 0 ` + here + `,` + far + `
		tcp 93.184.216.34:443 0 connection_refused
		tcp 93.184.220.9:443 0 connection_refused`, `
		dns ` + here + `,` + far + `
		tcp 93.184.216.34:443 ok
		tcp 93.184.220.9:443 ok
		tls 93.184.220.9:443 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, TCPRefused},
	{"no connection, and the wrong address before", "https://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns plain www.site.example 0 ` + box + `
		dns system www.site.example 0 ` + box + `
		tcp 130.192.182.17:443 0 connection_refused
		tcp 93.184.216.34:443 0+ generic_timeout_error`, `
		dns ` + here + `
		tcp 130.192.182.17:443 connection_refused
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, true, Blocked, DNSInjectionOther},
	{"a throttled body over TLS", "https://large.site.example/", `
		dns system large.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 large.site.example 0 ok
		http https://large.site.example/ 93.184.216.34:443 0 !generic_timeout_error 200 3000`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http 200 16777216`, true, LikelyBlocked, TLSThrottle},
	{"silence after the handshake", "https://large.site.example/", `
		dns encrypted large.site.example 0 ` + here + `
		dns system large.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 large.site.example 0 ok
		http https://large.site.example/ 93.184.216.34:443 0 !generic_timeout_error`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http 200 16777216`, true, LikelyBlocked, TLSTimeout},
	{"a reset after the handshake", "https://www.site.example/", `
		dns system www.site.example 0 ` + here + `
		tcp 93.184.216.34:443 0 ok
		tls 93.184.216.34:443 www.site.example 0 ok
		http https://www.site.example/ 93.184.216.34:443 0 !connection_reset`, `
		dns ` + here + `
		tcp 93.184.216.34:443 ok
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, TLSReset},
	{"a reset in the handshake, and the wrong address before", "https://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns plain www.site.example 0 ` + box + `
		dns system www.site.example 0 ` + box + `
		tcp 130.192.182.17:443 0 ok
		tcp 93.184.216.34:443 0+ ok
		tls 130.192.182.17:443 www.site.example 0 connection_reset
		tls 93.184.216.34:443 www.site.example 0+ connection_reset`, `
		dns ` + here + `
		tcp 130.192.182.17:443 ok
		tcp 93.184.216.34:443 ok
		tls 130.192.182.17:443 ok
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, true, Blocked, TLSReset},
	{"a forged certificate at a forged address", "https://www.site.example/", `
		dns encrypted www.site.example 0 ` + here + `
		dns system www.site.example 0 ` + box + `
		tcp 130.192.182.17:443 0 ok
		tls 130.192.182.17:443 www.site.example 0 ssl_unknown_authority`, `
		dns ` + here + `
		tcp 130.192.182.17:443 ok
		tcp 93.184.216.34:443 ok
		tls 130.192.182.17:443 ssl_unknown_authority
		tls 93.184.216.34:443 ok
		http 200 1533 Default Web Page`, true, LikelyBlocked, DNSInjectionOther},
}

// json writes the measurement as a probe would.
func (k *kind) json(t *testing.T) []byte {
	t.Helper()
	var queries, tcp, tls, requests []any
	tags := func(depth string) []string {
		if d, off := strings.CutSuffix(depth, "+"); off {
			return []string{"depth=" + d}
		}
		return []string{"classic", "depth=" + depth}
	}
	failure := func(s string) any {
		if s == "ok" {
			return nil
		}
		return s
	}
	addresses := func(s string) (list []string, info map[string]any, answers []any) {
		info, list, answers = map[string]any{}, []string{}, []any{}
		for a := range strings.SplitSeq(s, ",") {
			addr, net, ok := strings.Cut(a, "/")
			if !ok {
				continue
			}
			n, _ := strconv.Atoi(net)
			list, info[addr] = append(list, addr), map[string]any{"asn": n}
			answers = append(answers, map[string]any{"answer_type": "A", "ipv4": addr, "asn": n})
		}
		return list, info, answers
	}
	page := func(f []string) map[string]any {
		status, _ := strconv.Atoi(f[0])
		size, cut := strings.CutSuffix(f[1], "/cut")
		n, _ := strconv.Atoi(size)
		title := strings.Join(f[2:], " ")
		body := ""
		if title != "" {
			body = "<title>" + title + "</title>"
		}
		body += strings.Repeat(".", max(0, n-len(body)))
		return map[string]any{"code": status, "body": body, "body_is_truncated": cut, "headers": map[string]string{"Content-Type": "text/html"}}
	}
	for line := range strings.Lines(k.rows) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		switch f[0] {
		case "dns":
			row := map[string]any{"engine": map[string]string{"system": "getaddrinfo", "plain": "udp", "encrypted": "doh"}[f[1]], "hostname": f[2], "query_type": "A", "tags": tags(f[3]), "failure": nil}
			if why, bad := strings.CutPrefix(f[4], "!"); bad {
				row["failure"], row["answers"] = why, nil
			} else if _, _, answers := addresses(f[4]); f[4] != "null" {
				row["answers"] = answers
			}
			queries = append(queries, row)
		case "tcp":
			addr, port, _ := strings.Cut(f[1], ":")
			n, _ := strconv.Atoi(port)
			tcp = append(tcp, map[string]any{"ip": addr, "port": n, "status": map[string]any{"success": f[3] == "ok", "failure": failure(f[3])}, "tags": tags(f[2])})
		case "tls":
			tls = append(tls, map[string]any{"address": f[1], "server_name": f[2], "failure": failure(f[4]), "no_tls_verify": false, "tags": tags(f[3])})
		case "http":
			row := map[string]any{"address": f[2], "request": map[string]any{"url": f[1], "method": "GET"}, "tags": tags(f[3]), "failure": nil}
			if why, bad := strings.CutPrefix(f[4], "!"); bad {
				row["failure"] = why
				if len(f) > 5 {
					row["response"] = page(f[5:])
				}
			} else {
				row["response"] = page(f[4:])
			}
			requests = append(requests, row)
		default:
			t.Fatalf("%s: no row %q", k.name, line)
		}
	}
	keys := map[string]any{"queries": queries, "tcp_connect": tcp, "tls_handshakes": tls, "requests": requests}
	if k.control == "" {
		keys["control_failure"], keys["control"] = "generic_timeout_error", nil
	} else {
		connect, handshake := map[string]any{}, map[string]any{}
		control := map[string]any{"tcp_connect": connect, "tls_handshake": handshake}
		for line := range strings.Lines(k.control) {
			f := strings.Fields(line)
			if len(f) == 0 {
				continue
			}
			why, bad := strings.CutPrefix(strings.Join(f[1:], " "), "!")
			switch {
			case f[0] == "dns" && bad:
				control["dns"] = map[string]any{"failure": why, "addrs": []string{}}
			case f[0] == "dns":
				list, info, _ := addresses(f[1])
				control["dns"], control["ip_info"] = map[string]any{"failure": nil, "addrs": list}, info
			case f[0] == "tcp":
				connect[f[1]] = map[string]any{"status": f[2] == "ok", "failure": failure(f[2])}
			case f[0] == "tls":
				handshake[f[1]] = map[string]any{"status": f[2] == "ok", "failure": failure(f[2])}
			case f[0] == "http" && bad:
				control["http_request"] = map[string]any{"failure": why, "body_length": -1, "status_code": -1, "title": "", "headers": map[string]string{}}
			case f[0] == "http":
				p := page(append(f[1:2:2], append([]string{"0"}, f[3:]...)...))
				n, _ := strconv.Atoi(f[2])
				control["http_request"] = map[string]any{"failure": nil, "body_length": n, "status_code": p["code"], "title": strings.Join(f[3:], " "), "headers": map[string]string{"Content-Type": "text/html"}}
			}
		}
		keys["control"] = control
	}
	b, err := json.Marshal(map[string]any{"test_name": "web_connectivity", "test_version": "0.5.28", "probe_cc": "IT", "probe_asn": "AS137", "resolver_asn": "AS137", "input": k.input,
		"measurement_start_time": "2024-02-12 20:33:47", "measurement_uid": "20240212203400.000000_IT_webconnectivity_0123456789abcdef", "test_keys": keys})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestKinds judges one measurement of each kind of scenario that emulated
// networks are used for, with the state and mechanism worked out by hand, with
// and without published fingerprints.
func TestKinds(t *testing.T) {
	own, _ := NewSet(Own())
	for i := range kinds {
		k := &kinds[i]
		if _, err := url.Parse(k.input); err != nil {
			t.Fatal(err)
		}
		r := ooni.NewReader(bytes.NewReader(k.json(t)), ooni.Options{Mode: ooni.Fail})
		m, err := r.Next()
		if err != nil {
			t.Fatalf("%s: %v", k.name, err)
		}
		o := FromOONI(m, own)
		v := Judge(&o)
		var ids []string
		for _, e := range v.Evidence {
			ids = append(ids, fmt.Sprintf("%s %.2f", e.Rule.ID, e.Rule.LR))
		}
		if v.State != k.state || v.Mechanism != k.mechanism || v.State.Interfered() != k.interfered {
			t.Errorf("%s: %s by %q (log odds %s: %s), want %s by %q", k.name, v.State, v.Mechanism, v.LogOdds.Value, strings.Join(ids, ", "), k.state, k.mechanism)
		}
	}
}
