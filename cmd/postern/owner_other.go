//go:build !unix

package main

// giveBack has nothing to do where files have no numbered owners.
func giveBack(string) error { return nil }
