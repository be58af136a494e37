package paths

import (
	"syscall"
	"unsafe"
)

// huge asks for large pages behind a slice that is long or read at random. A
// set of millions of paths is in no cache, and with small pages most lookups
// wait for the page's address too; and to be given memory by the small page
// takes longer than to fill it with entries. It changes nothing but speed
// (BenchmarkLoad), so that it may fail.
func huge[E any](s []E) []E {
	if n := cap(s) * int(unsafe.Sizeof(*new(E))); n >= 2<<20 {
		b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), n)
		const page = 4096
		from := -int(uintptr(unsafe.Pointer(&b[0]))) & (page - 1)
		_ = syscall.Madvise(b[from:], syscall.MADV_HUGEPAGE)
	}
	return s
}
