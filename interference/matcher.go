package interference

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// matcher finds which of many patterns occur in a text. It looks at the text
// in steps of four bytes: of each pattern four overlapping 4-grams are held, so
// that one of them falls on a step wherever the pattern lies; a bit table
// passes over the steps that start none, and what is left is compared whole.
// This is the block filter of Wu and Manber ("A fast algorithm for
// multi-pattern searching", 1994) with a fixed step. BenchmarkMatcher compares
// it with reading the text once.
type matcher struct {
	bits  [filterSize / 64]uint64
	head  [1 << slotBits]int32 // 1 + index into grams
	grams []gram
	pats  [][]byte
	short []shortPattern // of fewer than seven bytes, searched one by one
}

// shortPattern is a text and the patterns that it is the whole of.
type shortPattern struct {
	text []byte
	rare int // place of the byte of text that pages hold least
	pats []int
}

// in is the first place of the pattern in text, or -1.
func (s *shortPattern) in(text []byte) int {
	for at := s.rare; at < len(text); at++ {
		i := bytes.IndexByte(text[at:], s.text[s.rare])
		if i < 0 {
			return -1
		}
		at += i
		if bytes.HasPrefix(text[at-s.rare:], s.text) {
			return at - s.rare
		}
	}
	return -1
}

// rareByte is the place of the byte of p that occurs least in common text;
// capitals and bytes beyond ASCII before digits.
func rareByte(p []byte) int {
	best, at := 0, -1
	for i, c := range p {
		n := 100 * bytes.Count([]byte(commonText), []byte{c})
		switch {
		case c >= '0' && c <= '9':
			n += 1500
		case c >= 'A' && c <= 'Z':
			n += 50
		case c < 0x80:
			n += 1000
		}
		if at < 0 || n < best {
			best, at = n, i
		}
	}
	return at
}

const (
	filterBits = 18
	filterSize = 1 << filterBits
	slotBits   = 14
	window     = 7 // four 4-grams, one byte apart
)

type gram struct {
	word uint32
	pat  int32
	off  int32 // of the gram in the pattern
	next int32 // 1 + index of the next gram of the same slot
}

func hashGram(w uint32) uint32 { return w * 0x9E3779B1 >> (32 - filterBits) }

// commonText holds what most pages hold. Grams that occur here would make
// every page stop at them, so each pattern is anchored elsewhere if it can be.
const commonText = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1.0"/><title></title><link rel="stylesheet" type="text/css" href="https://www. .com/ .org/ .css"/><script type="text/javascript" src="/ .js"></script><style>body { margin: 0; padding: 0; font-family: Arial, Helvetica, sans-serif; font-size: 12px; color: #000000; background-color: #ffffff; text-align: center; }</style></head><body><div class="container" id="content"><table width="100%" border="0" cellspacing="0" cellpadding="0"><tr><td align="center" valign="middle"><p><span><strong><b><a href="http://www."><img src="images/ .png" alt="" width="100" height="100"></a></b></strong></span></p></td></tr></table></div></body></html> window.location document.write function() { var return false; } the and this page that you with for has been access site website blocked true data flex block transition transform: translate3d( background command youtube star ist. list webkit -moz- client accept media thumb label endpoint error state details guardian`

func newMatcher(pats [][]byte) *matcher {
	m := &matcher{pats: pats}
	weight := make([]int32, 1<<16) // of grams by their hash; two of one hash share it
	of := func(gram []byte) *int32 { return &weight[hashGram(binary.LittleEndian.Uint32(gram))>>(filterBits-16)] }
	count := func(p []byte, n int32) {
		for i := 0; i+4 <= len(p); i++ {
			*of(p[i:]) += n
		}
	}
	count([]byte(commonText), 1000)
	for _, p := range pats {
		count(p, 1)
	}
	for id, p := range pats {
		if len(p) < window {
			if i := slices.IndexFunc(m.short, func(s shortPattern) bool { return bytes.Equal(s.text, p) }); i >= 0 {
				m.short[i].pats = append(m.short[i].pats, id)
			} else {
				m.short = append(m.short, shortPattern{p, rareByte(p), []int{id}})
			}
			continue
		}
		best, at := int32(-1), 0
		for w := 0; w+window <= len(p); w++ {
			sum := int32(0)
			for k := range 4 {
				sum += *of(p[w+k:])
			}
			if best < 0 || sum < best {
				best, at = sum, w
			}
		}
		for k := range 4 {
			word := binary.LittleEndian.Uint32(p[at+k:])
			h := hashGram(word)
			m.bits[h>>6] |= 1 << (h & 63)
			slot := &m.head[h>>(filterBits-slotBits)]
			m.grams = append(m.grams, gram{word, int32(id), int32(at + k), *slot})
			*slot = int32(len(m.grams))
		}
	}
	return m
}

// find calls hit with every pattern that occurs in text and where, perhaps more
// than once.
func (m *matcher) find(text []byte, hit func(pat, at int)) {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		two := binary.LittleEndian.Uint64(text[i:])
		a, b := uint32(two), uint32(two>>32)
		ha, hb := hashGram(a), hashGram(b)
		if m.bits[ha>>6]&(1<<(ha&63)) != 0 {
			m.verify(text, i, a, ha, hit)
		}
		if m.bits[hb>>6]&(1<<(hb&63)) != 0 {
			m.verify(text, i+4, b, hb, hit)
		}
	}
	if i+4 <= len(text) {
		word := binary.LittleEndian.Uint32(text[i:])
		if h := hashGram(word); m.bits[h>>6]&(1<<(h&63)) != 0 {
			m.verify(text, i, word, h, hit)
		}
	}
	for i := range m.short {
		s := &m.short[i]
		if at := s.in(text); at >= 0 {
			for _, id := range s.pats {
				hit(id, at)
			}
		}
	}
}

// verify compares the patterns that hold the gram at i.
func (m *matcher) verify(text []byte, i int, word, h uint32, hit func(pat, at int)) {
	for g := m.head[h>>(filterBits-slotBits)]; g != 0; g = m.grams[g-1].next {
		x := &m.grams[g-1]
		if x.word != word {
			continue
		}
		p, from := m.pats[x.pat], i-int(x.off)
		if from >= 0 && from+len(p) <= len(text) && bytes.Equal(text[from:from+len(p)], p) {
			hit(int(x.pat), from)
		}
	}
}
