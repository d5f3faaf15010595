package main

import "syscall"

// childAttributes gives a child its own process group and lets the kernel kill
// it when this host dies without having been able to (SIGKILL, a crash).
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
