package paths

import (
	"syscall"
	"unsafe"
)

// largePage is the size of a large page of memory, in bytes.
const largePage = 2 << 20

// huge makes a slice of n zeros of a type without pointers. A long one lies on
// large pages, if the system has any: a set of millions of paths is in no
// cache, and with small pages most lookups wait for the page's address too; and
// to be given memory by the small page takes longer than to fill it with
// entries. It changes nothing but speed (BenchmarkLoad), so that asking for them
// may fail. What stands before the first large page is never touched, and so
// takes no memory.
func huge[E any](n int) []E {
	size := n * int(unsafe.Sizeof(*new(E)))
	if size < largePage {
		return make([]E, n)
	}
	b := make([]byte, size+largePage)
	from := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) & (largePage - 1)
	_ = syscall.Madvise(b[from:from+size], syscall.MADV_HUGEPAGE)
	return unsafe.Slice((*E)(unsafe.Pointer(&b[from])), n)
}
