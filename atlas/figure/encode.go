package figure

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"sync"
)

// encode writes the canvas as PNG, as places in the palette. The source, if any,
// stands in a text chunk (ISO/IEC 15948, 11.3.4.3). A release has thousands of
// pictures: packed tighter they would be a sixth smaller, and it a third slower.
func (c canvas) encode(w io.Writer, source string) error {
	of := image.NewPaletted(image.Rect(0, 0, c.width, c.height), nil)
	for _, x := range c.colours {
		of.Palette = append(of.Palette, color.RGBA{x.R, x.G, x.B, 255})
	}
	for i, x := range c.pixels {
		of.Pix[i] = uint8(x)
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &encoders}).Encode(&b, of); err != nil {
		return err
	}
	// The chunk goes after the signature and the header, which have 33 bytes.
	if _, err := w.Write(b.Next(33)); err != nil {
		return err
	}
	if source != "" {
		chunk := append([]byte("tEXtSource\x00"), source...)
		text := append(binary.BigEndian.AppendUint32(nil, uint32(len(chunk)-4)), chunk...)
		if _, err := w.Write(binary.BigEndian.AppendUint32(text, crc32.ChecksumIEEE(chunk))); err != nil {
			return err
		}
	}
	_, err := b.WriteTo(w)
	return err
}

// encoders are those at rest.
var encoders encoderPool

type encoderPool struct{ pool sync.Pool }

func (p *encoderPool) Get() *png.EncoderBuffer {
	b, _ := p.pool.Get().(*png.EncoderBuffer)
	return b
}

func (p *encoderPool) Put(b *png.EncoderBuffer) { p.pool.Put(b) }
