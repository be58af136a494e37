//go:build !unix

package interference

func cpuSeconds() float64 { return 0 }
