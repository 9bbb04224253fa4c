// Package growth checks in tests that the cost of a function grows linearly with
// its input, not quadratically. Only tests import it; it stores nothing.
//
// Linear compares the processor time of one function for an input and for one
// eight times as long, in one run: a linear function takes 8 times as long, a
// quadratic one 64. The verdict does not depend on how fast or how busy the machine
// is, because it uses no wall clock: on Linux it counts the processor time of the
// measured thread alone, without the garbage collector, other tests of the process
// and other processes.
package growth
