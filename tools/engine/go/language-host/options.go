package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// options are the runtime.options of Pulumi.yaml, PulumiPlugin.yaml or
// PulumiPolicy.yaml that this host knows. Others are ignored, as the official
// host does.
type options struct {
	// typescript compiles .ts files with ts-node; false leaves them to node.
	// Default true.
	typescript bool
	// tsconfig is the file for ts-node, relative to the program's folder.
	tsconfig string
	// nodeArgs go to node before the program.
	nodeArgs []string
	// packageManager is npm, pnpm, yarn or bun; "" means: by the lock file.
	packageManager string
}

var packageManagers = []string{"npm", "pnpm", "yarn", "bun"}

// readOptions reports every wrong option at once.
func readOptions(info *pulumirpc.ProgramInfo) (options, error) {
	o := options{typescript: true}
	var wrong []error
	refuse := func(name, allowed string, value any) {
		wrong = append(wrong, fmt.Errorf("runtime option %s must be %s, but is %#v", name, allowed, value))
	}
	for name, field := range info.GetOptions().GetFields() {
		value := field.AsInterface()
		text, isText := value.(string)
		switch name {
		case "typescript":
			var ok bool
			if o.typescript, ok = value.(bool); !ok {
				refuse(name, "true or false", value)
			}
		case "tsconfig":
			if o.tsconfig = text; !isText {
				refuse(name, "the path of a file", value)
			}
		case "nodeargs":
			var err error
			if o.nodeArgs, err = splitWords(text); !isText || err != nil {
				refuse(name, "a text of arguments with balanced quotes", value)
			}
		case "packagemanager":
			if o.packageManager = text; !slices.Contains(packageManagers, text) {
				refuse(name, "one of "+strings.Join(packageManagers, ", "), value)
			}
		}
	}
	slices.SortFunc(wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return o, errors.Join(wrong...)
}

// splitWords splits a command line at blanks outside of single and double
// quotes. A backslash keeps the next character, except in single quotes.
func splitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	inWord, escaped := false, false
	for _, c := range line {
		switch {
		case escaped:
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			inWord, escaped = true, true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			inWord, quote = true, c
		case quote == 0 && strings.ContainsRune(" \t\r\n", c):
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			inWord = true
			word.WriteRune(c)
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("a quote is not closed")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
