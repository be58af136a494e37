package atlas

import (
	html "html/template"
	"strings"

	"sightline"
)

// correctionsPage says how to report an error or reply to a claim: the text to
// copy, and where it goes. Nothing is sent from here.
type correctionsPage struct {
	Head
	Asked    string // the claim, as the reader wrote it
	Wrong    html.HTML
	About    Link // the claim, where one is named
	Sentence html.HTML
	Source   string // a line for each record, as JSON
	Reply    string
	Denial   string
	Correct  string
	Withdraw string
}

// The lines are filled in with the claim; what stands in capitals is for the
// writer. Each is a record in the form of docs/CLAIMS.md.
const (
	lineSource   = `{"type":"source","id":"your-statement-2026","title":"TITLE OF YOUR STATEMENT","publisher":"YOUR ORGANISATION","kind":"vendor","url":"https://example.org/statement","published":"2026-11-26","lang":"en","licence":"facts","reliability":"F"}`
	lineReply    = `{"type":"claim","id":"your-reply-2026","subject":"company/your-organisation","predicate":"states","object":{"text":"WHAT YOU STATE"},"words":"YOUR ORGANISATION states that …","published":"2026-11-26","references":[{"source":"your-statement-2026","role":"assertion"}],"disputes":["CLAIM"]}`
	lineDenial   = `{"type":"claim","id":"your-denial-2026","subject":"company/your-organisation","predicate":"denies","object":{"claim":"CLAIM"},"words":"YOUR ORGANISATION denies that …","published":"2026-11-26","references":[{"source":"your-statement-2026","role":"assertion"}],"disputes":["CLAIM"]}`
	lineCorrect  = `{"type":"claim","id":"CLAIM-2","subject":"company/example","predicate":"supplies","object":"country/KE","qualifiers":{"class":"control"},"words":"THE SENTENCE AS IT SHOULD READ.","published":"2026-11-26","references":[{"source":"your-source-2026","locator":"page 3","role":"evidence"}],"corrects":"CLAIM","reason":"WHAT WAS WRONG"}`
	lineWithdraw = `{"type":"withdrawal","id":"w-CLAIM","claim":"CLAIM","reason":"WHY IT DOES NOT STAND"}`
)

func corrections(q *request) (Page, error) {
	p := &correctionsPage{Asked: strings.TrimSpace(q.query.Get("claim"))}
	p.q = q
	p.Title, p.Bare = p.Plain("corrections.title"), true
	claim := "the-id-of-the-claim"
	if p.Asked != "" {
		d, err := q.doc.Claim(sightline.ClaimID(p.Asked))
		switch {
		case err == nil:
			claim = string(d.ID)
			p.About, p.Sentence = Link{Href: p.Claim(d.ID), Text: p.Code(claim)}, p.Said(d.Sentence)
		case sightline.ErrorCode(err) == sightline.NotFound || sightline.ErrorCode(err) == sightline.Invalid:
			p.Status, p.Wrong = 404, p.Text("corrections.claim.wrong")
		default:
			return nil, err
		}
	}
	fill := func(line string) string { return strings.ReplaceAll(line, "CLAIM", claim) }
	p.Source, p.Reply, p.Denial = lineSource, fill(lineReply), fill(lineDenial)
	p.Correct, p.Withdraw = fill(lineCorrect), fill(lineWithdraw)
	return p, nil
}
