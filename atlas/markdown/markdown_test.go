package markdown_test

import (
	"html"
	"strings"
	"testing"

	"sightline/atlas/markdown"
)

func of(main string) string {
	return string(markdown.Page([]byte("<html><main>" + main + "</main></html>")))
}

// Parts of pages, and what becomes of them.
func TestPage(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"headings", "<h1>Kenya</h1><section><h2 id=\"a\">Answers</h2><p>One\n  line.</p><p>Two</p></section>", "# Kenya\n\n## Answers\n\nOne line.\n\nTwo\n"},
		{"links", `<p>See <a href="/country/KE?published=2018&amp;lang=qps"><bdi>Kenya</bdi></a>, <a href="https://example.org/a_(b)">there</a><a class="cite" href="#n1"><bdi>[1]</bdi></a>.</p>`,
			"See [Kenya](/country/KE?published=2018&lang=qps), [there](https://example.org/a_\\(b\\))\\[1\\].\n"},
		{"a place elsewhere is no link", `<p><a href="javascript:alert(1)">x</a> <a href="data:text/html,x">y</a></p>`, "x y\n"},
		{"an address shown as what it leads to", `<p><a href="https://example.org/">https://example.org/</a></p>`, "[https://example.org/](https://example.org/)\n"},
		{"strong", `<p><strong>documented</strong>: a <b>b </b>c</p>`, "**documented**: a **b** c\n"},
		{"left out", `<nav><a href="/x">x</a></nav><form><input><button>Go</button></form><p aria-hidden="true">●●○</p><p>a<span aria-hidden="true">●<b>●</b></span> b<img src="x.png" alt="the finding"></p><p><a href="#view">date</a></p>`, "a b\n"},
		{"lists", "<ul>\n<li>a\n<ul><li>b</li><li>c</li></ul></li>\n<li>d</li></ul><ol start=\"3\"><li>e</li><li>f</li></ol>", "- a\n  - b\n  - c\n- d\n\n3. e\n4. f\n"},
		{"paragraphs in a list", "<ul><li><p>a</p><p>b</p></li><li>c</li></ul><p>d</p>", "- a\n\n  b\n- c\n\nd\n"},
		{"text behind a list in a list", "<ul><li>a<ul><li>b</li></ul>c</li></ul>", "- a\n  - b\n\n  c\n"},
		{"notes keep their numbers", `<ol><li id="n2" value="2">x</li><li id="n7" value="7">y</li></ol>`, "- \\[2\\] x\n- \\[7\\] y\n"},
		{"definitions", "<dl><dt>Names</dt><dd>a</dd><dd><strong>b</strong></dd><dt>Kind</dt><dd>c</dd></dl>", "- **Names**: a\n- **Names**: **b**\n- **Kind**: c\n"},
		{"table", "<div><table><caption>Votes</caption><thead><tr><th>What</th><th aria-hidden=\"true\">axis</th><th>n</th></tr></thead><tbody>\n<tr><th>a|b</th><td aria-hidden=\"true\"><div></div></td><td><div>1</div><br>2</td></tr><tr><td>c</td></tr></tbody></table></div>",
			"**Votes**\n\n| What | n |\n| --- | --- |\n| a\\|b | 1; 2 |\n| c |  |\n"},
		{"table without a head", "<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>", "|  |  |\n| --- | --- |\n| a | b |\n"},
		{"figure", `<figure class="fig"><h3 id="f-h">The finding</h3><p class="finding">It is 3.</p><ul class="key"><li><span class="s"><b>B</b></span> <span>blocked</span></li></ul><div class="plot" aria-hidden="true"><span>100</span></div><figcaption><p class="cap">In per cent.</p><details><summary>Table</summary><div><table><thead><tr><th>y</th></tr></thead><tbody><tr><td>3</td></tr></tbody></table></div></details><p class="src"><a href="/f.csv"><bdi>.csv</bdi></a></p></figcaption></figure>`,
			"### The finding\n\nIt is 3.\n\n- **B** blocked\n\nIn per cent.\n\n**Table**\n\n| y |\n| --- |\n| 3 |\n\n[.csv](/f.csv)\n"},
		{"quotation", "<blockquote><q>a</q> <a href=\"#n1\">[1]</a></blockquote><p>b</p>", "> “a” \\[1\\]\n\nb\n"},
		{"code", "<pre>sightline verify\n``` x\n</pre><p>b</p>", "````\nsightline verify\n``` x\n````\n\nb\n"},
		{"words of a picture", `<ul><li><a href="/country/KE"><b>KE</b><span aria-hidden="true">5</span><span class="vh">Kenya: class 5</span></a></li></ul>`, "- [**KE** Kenya: class 5](/country/KE)\n"},
		{"only the main part", "<h1>a</h1></main><footer><p>b</p></footer>", "# a\n"},
	} {
		if got := of(tt.in); got != tt.want {
			t.Errorf("%s:\n%s\nnot\n%s", tt.name, got, tt.want)
		}
	}
	if got := markdown.Page([]byte("<p>no main part</p>")); len(got) != 0 {
		t.Errorf("of a page without a main part: %q", got)
	}
}

// Text that is written to be taken for Markdown stays text.
func TestHostileText(t *testing.T) {
	for in, want := range map[string]string{
		"<script>alert(1)</script>":        `\<script\>alert(1)\</script\>`,
		"</p><h1>x</h1>":                   `\</p\>\<h1\>x\</h1\>`,
		"&lt;b&gt; AT&T & co":              `\&lt;b\&gt; AT\&T & co`,
		"[x](y) ![i](j)":                   `\[x\](y) \!\[i\](j)`,
		"[x]: /evil":                       `\[x\]: /evil`,
		"# no heading":                     `\# no heading`,
		"- no list":                        `\- no list`,
		"+ no list":                        `\+ no list`,
		"* no list":                        `\* no list`,
		"2018. no list":                    `2018\. no list`,
		"1) no list":                       `1\) no list`,
		"=== no heading":                   `\=== no heading`,
		"--- no line":                      `\--- no line`,
		"> no quotation":                   `\> no quotation`,
		"~~~ no code":                      `\~\~\~ no code`,
		"a | b":                            `a \| b`,
		"**no** _no_ ~~no~~ $x$":           `\*\*no\*\* \_no\_ \~\~no\~\~ \$x\$`,
		`C:\`:                              `C:\\`,
		"    no code":                      "no code",
		"a\n\nb":                           "a b",
		"http://evil.example/?q=<x>":       "`http://evil.example/?q=<x>`",
		"see www.evil.example now":         "see `www.evil.example` now",
		"a@evil.example":                   "`a@evil.example`",
		"mailto:x":                         "`mailto:x`",
		"`http://evil.example`":            "`` `http://evil.example` ``",
		"a ``b`` c":                        "a \\`\\`b\\`\\` c",
		"x<!-- y --><?php ?><![CDATA[z]]>": `x\<\!-- y --\>\<?php ?\>\<\!\[CDATA\[z\]\]\>`,
	} {
		if got := of("<p>" + html.EscapeString(in) + "</p>"); got != want+"\n" {
			t.Errorf("%q is %q, not %q", in, got, want)
		}
	}
	// What is text on both sides of an element is read together.
	for in, want := range map[string]string{
		"https:<bdi>//evil.example</bdi>":                  "`https://evil.example`",
		"https:<strong>//evil.example</strong>":            "`https://evil.example`",
		`<a href="#n1">ww</a>w.evil.example`:               "`www.evil.example`",
		`<a href="/x">](http://evil.example)</a>`:          `[\](http://evil.example)](/x)`,
		`<a href="/x) [y](http://evil.example">x</a>`:      `[x](/x\)%20%5By%5D\(http://evil.example)`,
		`<a href="/x&amp;copy;">x</a>`:                     `[x](/x\&copy;)`,
		`a!<a href="/x">b</a>`:                             `a\![b](/x)`,
		"<table><tr><td>http://a|b</td></tr></table>":      "|  |\n| --- |\n| `http://a\\|b` |",
		"<details><summary><b>a</b> b</summary></details>": "**a b**",
		"<dl><dt><b>a</b> b*</dt><dd>c</dd></dl>":          `- **a b\***: c`,
	} {
		if got := of(in); got != want+"\n" {
			t.Errorf("%s is %q, not %q", in, got, want)
		}
	}
}

// read is a reader of one paragraph that knows backslashes and code, and
// reports any other mark.
func read(t *testing.T, md string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(md); i++ {
		switch c := md[i]; c {
		case '\\':
			i++
			if i == len(md) || strings.IndexByte("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", md[i]) < 0 {
				t.Fatalf("a lone backslash in %q", md)
			}
			b.WriteByte(md[i])
		case '`':
			n := len(md[i:]) - len(strings.TrimLeft(md[i:], "`"))
			mark := md[i : i+n]
			code, _, ok := strings.Cut(md[i+n:], mark)
			if !ok || strings.HasPrefix(md[i+n+len(code)+n:], "`") {
				t.Fatalf("code without an end in %q", md)
			}
			i += n + len(code) + n - 1
			if strings.HasPrefix(code, " ") && strings.HasSuffix(code, " ") && strings.Trim(code, " ") != "" {
				code = code[1 : len(code)-1]
			}
			b.WriteString(code)
		case '*', '_', '[', ']', '<', '>', '#', '|', '~', '!', '$', '\n':
			t.Fatalf("a mark %q in %q", c, md)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// Any text in a paragraph comes back as it was, white space folded; any HTML
// is read to its end.
func FuzzPage(f *testing.F) {
	for _, s := range []string{"<a href='x'>", "[a](b)", "`x` ``http://y``z`", "1. www.x", "a\\", "\\`http://", "<pre>`</pre>", "<li><table><td><ul><li>x", "<b><a href=/x><b>", "</td></a></b>&#0;"} {
		f.Add(s)
	}
	fold := func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n\r\f\v\x00", r) }), " ")
	}
	f.Fuzz(func(t *testing.T, s string) {
		of(s)
		md := strings.TrimSuffix(of("<p>"+html.EscapeString(s)+"</p>"), "\n")
		if got, want := read(t, md), fold(strings.ReplaceAll(s, "\r", "\n")); got != want {
			t.Errorf("%q came back as %q by %q", s, got, md)
		}
	})
}
