//go:build headers

// Package headers keeps malgo in go.mod: its module holds miniaudio.h, which Ollama's own module lacks, because a module
// never holds a directory that is called vendor.
package headers

import _ "github.com/gen2brain/malgo"
