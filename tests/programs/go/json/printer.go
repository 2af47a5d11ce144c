package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"main/parser"
)

func format(value parser.Value, indent string) string {
	inner := indent + "  "
	var items []string
	brackets := "[]"
	switch value := value.(type) {
	case parser.Raw:
		return string(value)
	case string:
		return quoted(value)
	case []parser.Value:
		for _, item := range value {
			items = append(items, inner+format(item, inner))
		}
	case map[string]parser.Value:
		brackets = "{}"
		for _, key := range slices.Sorted(maps.Keys(value)) {
			items = append(items, inner+quoted(key)+": "+format(value[key], inner))
		}
	}
	if len(items) == 0 {
		return brackets
	}
	return brackets[:1] + "\n" + strings.Join(items, ",\n") + "\n" + indent + brackets[1:]
}

func quoted(text string) string {
	var found strings.Builder
	found.WriteByte('"')
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			found.WriteByte('\\')
			found.WriteByte(c)
		case c == '\n':
			found.WriteString(`\n`)
		case c == '\t':
			found.WriteString(`\t`)
		case c < 0x20:
			fmt.Fprintf(&found, `\u%04x`, c)
		default:
			found.WriteByte(c)
		}
	}
	found.WriteByte('"')
	return found.String()
}

func depth(value parser.Value) int {
	deepest := 0
	switch value := value.(type) {
	case []parser.Value:
		for _, item := range value {
			deepest = max(deepest, depth(item))
		}
	case map[string]parser.Value:
		for _, item := range value {
			deepest = max(deepest, depth(item))
		}
	default:
		return 0
	}
	return deepest + 1
}
