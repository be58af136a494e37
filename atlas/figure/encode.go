package figure

import (
	"bytes"
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// encode writes the canvas as PNG (ISO/IEC 15948): eight bits a pixel, as places
// in a palette, without filters, which gain nothing on flat colours. The source,
// if any, stands in a text chunk after the header.
func (c canvas) encode(w io.Writer, source string) error {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		binary.Write(&b, binary.BigEndian, uint32(len(data))) // memory does not fail
		sum := crc32.ChecksumIEEE([]byte(kind))
		b.WriteString(kind)
		b.Write(data)
		binary.Write(&b, binary.BigEndian, crc32.Update(sum, crc32.IEEETable, data))
	}
	header := binary.BigEndian.AppendUint32(nil, uint32(c.width))
	header = binary.BigEndian.AppendUint32(header, uint32(c.height))
	chunk("IHDR", append(header, 8, 3, 0, 0, 0)) // bits, palette; the only methods there are
	if source != "" {
		chunk("tEXt", append([]byte("Source\x00"), source...))
	}
	var plte []byte
	for _, x := range c.colours {
		plte = append(plte, x.R, x.G, x.B)
	}
	chunk("PLTE", plte)
	packed := bytes.NewBuffer([]byte{0x78, 0x9c}) // zlib (RFC 1950)
	z := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(z)
	z.Reset(packed)
	sum := adler32.New()
	row := make([]byte, 1+c.width)
	for y := range c.height {
		for x, i := range c.pixels[y*c.width : (y+1)*c.width] {
			row[1+x] = byte(i)
		}
		z.Write(row)
		sum.Write(row)
	}
	if err := z.Close(); err != nil {
		return err
	}
	chunk("IDAT", sum.Sum(packed.Bytes()))
	chunk("IEND", nil)
	_, err := w.Write(b.Bytes())
	return err
}

var deflaters = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, 6)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return w
}}
