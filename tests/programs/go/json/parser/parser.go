// Package parser reads JSON and keeps numbers as they were written.
package parser

import (
	"fmt"
	"strconv"
	"strings"
)

// Value is a Raw, a string, a []Value or a map[string]Value.
type Value any

// Raw is a number or a word, as written.
type Raw string

// Error tells what is wrong, and at which byte.
type Error struct {
	Offset  int
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("%d: %s", e.Offset, e.Message) }

type parser struct {
	text string
	at   int
}

// Parse returns the value that is the whole of the text.
func Parse(text string) (value Value, err error) {
	p := &parser{text: text}
	defer func() {
		if failure, ok := recover().(*Error); ok {
			err = failure
		}
	}()
	value = p.value()
	if p.at < len(text) {
		p.fail()
	}
	return value, nil
}

func (p *parser) fail() {
	if p.at >= len(p.text) {
		panic(&Error{p.at, "unexpected end"})
	}
	panic(&Error{p.at, fmt.Sprintf("unexpected '%c'", p.text[p.at])})
}

func (p *parser) next() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) take(c byte) {
	if p.at >= len(p.text) || p.text[p.at] != c {
		p.fail()
	}
	p.at++
}

func (p *parser) skipSpace() {
	for p.next() == ' ' || p.next() == '\t' {
		p.at++
	}
}

func (p *parser) value() Value {
	p.skipSpace()
	defer p.skipSpace()
	switch c := p.next(); {
	case c == '{':
		found := map[string]Value{}
		p.list('{', '}', func() {
			p.skipSpace()
			key := p.quoted()
			p.skipSpace()
			p.take(':')
			found[key] = p.value()
		})
		return found
	case c == '[':
		found := []Value{}
		p.list('[', ']', func() { found = append(found, p.value()) })
		return found
	case c == '"':
		return p.quoted()
	case c == '-' || isDigit(c):
		return p.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if p.next() == word[0] {
			for i := range len(word) {
				p.take(word[i])
			}
			return Raw(word)
		}
	}
	p.fail()
	return nil
}

func (p *parser) list(open, end byte, item func()) {
	p.take(open)
	p.skipSpace()
	if p.next() != end {
		item()
		for p.next() == ',' {
			p.take(',')
			item()
		}
	}
	p.take(end)
}

func (p *parser) quoted() string {
	p.take('"')
	var found strings.Builder
	for p.next() != '"' {
		if p.at >= len(p.text) {
			p.fail()
		}
		if p.next() == '\\' {
			p.escape(&found)
			continue
		}
		found.WriteByte(p.next())
		p.at++
	}
	p.take('"')
	return found.String()
}

func (p *parser) escape(found *strings.Builder) {
	p.take('\\')
	if p.at >= len(p.text) {
		p.fail()
	}
	c := p.next()
	if c == 'u' {
		end := min(p.at+5, len(p.text))
		code, err := strconv.ParseUint(p.text[p.at+1:end], 16, 16)
		if err != nil || end != p.at+5 {
			panic(&Error{p.at, "bad escape 'u'"})
		}
		found.WriteRune(rune(code))
		p.at = end
		return
	}
	named := strings.IndexByte(`"\/bfnrt`, c)
	if named < 0 {
		panic(&Error{p.at, fmt.Sprintf("bad escape '%c'", c)})
	}
	found.WriteByte("\"\\/\b\f\n\r\t"[named])
	p.at++
}

func (p *parser) number() Raw {
	start := p.at
	if p.next() == '-' {
		p.at++
	}
	if p.next() == '0' {
		p.at++
	} else {
		p.digits()
	}
	if p.next() == '.' {
		p.at++
		p.digits()
	}
	if p.next() == 'e' || p.next() == 'E' {
		p.at++
		if p.next() == '+' || p.next() == '-' {
			p.at++
		}
		p.digits()
	}
	return Raw(p.text[start:p.at])
}

func (p *parser) digits() {
	if !isDigit(p.next()) {
		p.fail()
	}
	for isDigit(p.next()) {
		p.at++
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
