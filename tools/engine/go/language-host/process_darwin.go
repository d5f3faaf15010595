package main

import "syscall"

// childAttributes gives a child its own process group. Darwin has no signal on
// a parent's death: there, a child outlives a host that was killed by SIGKILL.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
