// Answers template cases, one JSON object a line, as Go's text/template does. The functions are those of
// tests/it/functions.rs, which has each kind of signature once.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/template"
	"unicode/utf8"
)

type Case struct {
	Rule    string            `json:"rule,omitempty"`
	T       string            `json:"t"`
	Hex     string            `json:"hex,omitempty"`
	Files   map[string]string `json:"files,omitempty"`
	Data    json.RawMessage   `json:"data,omitempty"`
	Missing string            `json:"missing,omitempty"`
	Out     *string           `json:"out,omitempty"`
	OutHex  string            `json:"outhex,omitempty"`
	Err     string            `json:"err,omitempty"`
}

type Thing struct {
	Name string
	Any  any
}

func (t *Thing) Upper() string                           { return strings.ToUpper(t.Name) }
func (t *Thing) Join(sep string, parts ...string) string { return strings.Join(parts, sep) }
func (t *Thing) Fail() (string, error)                   { return "", errors.New("thing failed") }
func (t *Thing) Plus(a int, b float64) float64           { return float64(a) + b }
func (t *Thing) Any2(v any) any                          { return v }

type Shown struct{ text string }

func (s Shown) String() string { return s.text }

type Table map[string]any

func (t Table) Size() int { return len(t) }

// Renderings within renderings have no limit in Go: its stack overflows, and the process ends.
const depthMax = 200

var depth = 0
var errTooDeep = errors.New("LIMIT depth")

func funcs(t *template.Template) template.FuncMap {
	return template.FuncMap{
		"list": func(v ...any) []any {
			if v == nil {
				return []any{}
			}
			return v
		},
		"strs": func(v ...string) []string {
			if v == nil {
				return []string{}
			}
			return v
		},
		"ints": func(v ...int) []int {
			if v == nil {
				return []int{}
			}
			return v
		},
		"bytes": func(s string) []byte { return []byte(s) },
		"dict": func(v ...any) map[string]any {
			m := map[string]any{}
			for i := 0; i+1 < len(v); i += 2 {
				m[fmt.Sprint(v[i])] = v[i+1]
			}
			return m
		},
		"smap": func(v ...string) map[string]string {
			m := map[string]string{}
			for i := 0; i+1 < len(v); i += 2 {
				m[v[i]] = v[i+1]
			}
			return m
		},
		"set":  func(m map[string]any, k string, v any) map[string]any { m[k] = v; return m },
		"i64":  func(i int) int64 { return int64(i) },
		"u8":   func(i int) uint8 { return uint8(i) },
		"u64":  func(i int) uint64 { return uint64(i) },
		"up":   func(s string) string { return strings.ToUpper(s) },
		"addi": func(a, b int) int { return a + b },
		"half": func(f float64) float64 { return f / 2 },
		"flag": func(b bool) string {
			if b {
				return "yes"
			}
			return "no"
		},
		"takeu":   func(u uint64) uint64 { return u },
		"takem":   func(m map[string]any) int { return len(m) },
		"takel":   func(l []any) int { return len(l) },
		"takec":   func(c complex128) complex128 { return c },
		"boom":    func(s string) (string, error) { return "", errors.New("boom: " + s) },
		"nothing": func() any { return nil },
		"id":      func(v any) any { return v },
		"thing":   func(name string) *Thing { return &Thing{Name: name, Any: name} },
		"shown":   func(s string) Shown { return Shown{s} },
		"table":   func(k string, v any) Table { return Table{k: v} },
		"fn": func() func(a int, s ...string) string {
			return func(a int, s ...string) string { return fmt.Sprint(a, s) }
		},
		"include": func(name string, data any) (string, error) {
			if depth >= depthMax {
				return "", errTooDeep
			}
			depth++
			defer func() { depth-- }()
			var b strings.Builder
			err := t.ExecuteTemplate(&limited{&b}, name, data)
			return b.String(), err
		},
		"tpl": func(text string, data any) (string, error) {
			if depth >= depthMax {
				return "", errTooDeep
			}
			depth++
			defer func() { depth-- }()
			c, err := t.Clone()
			if err != nil {
				return "", err
			}
			c.Funcs(funcs(c))
			p, err := c.New(t.Name()).Parse(text)
			if err != nil {
				return "", fmt.Errorf("cannot parse: %w", err)
			}
			var b strings.Builder
			if err := p.Execute(&b, data); err != nil {
				return "", fmt.Errorf("cannot execute: %w", err)
			}
			return b.String(), nil
		},
	}
}

func run(c *Case) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("PANIC %v", r)
		}
	}()
	t := template.New("set")
	t.Funcs(funcs(t))
	if c.Missing != "" {
		t.Option("missingkey=" + c.Missing)
	}
	names := []string{}
	for n := range c.Files {
		names = append(names, n)
	}
	for i := range names {
		for j := i + 1; j < len(names); j++ {
			if names[j] < names[i] {
				names[i], names[j] = names[j], names[i]
			}
		}
	}
	for _, n := range names {
		if _, err := t.New(n).Parse(c.Files[n]); err != nil {
			return nil, err
		}
	}
	text := c.T
	if c.Hex != "" {
		b, _ := hex.DecodeString(c.Hex)
		text = string(b)
	}
	if _, err := t.New("x").Parse(text); err != nil {
		return nil, err
	}
	var data any
	if c.Data != nil {
		if err := json.Unmarshal(c.Data, &data); err != nil {
			return nil, err
		}
	} else {
		json.Unmarshal([]byte(base), &data)
	}
	var b strings.Builder
	err = t.ExecuteTemplate(&limited{&b}, "x", data)
	return []byte(b.String()), err
}

type limited struct{ b *strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.b.Len() > 1<<20 {
		return 0, errors.New("LIMIT bytes")
	}
	return l.b.Write(p)
}

var base string

func main() {
	b, _ := os.ReadFile(os.Args[1])
	base = string(b)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for in.Scan() {
		var c Case
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			fmt.Fprintln(os.Stderr, err, in.Text())
			continue
		}
		c.Out, c.OutHex, c.Err = nil, "", ""
		out, err := run(&c)
		if err != nil {
			c.Err = strings.ToValidUTF8(err.Error(), "\uFFFD")
			if !utf8.ValidString(err.Error()) {
				c.Err = string([]rune(err.Error()))
			}
		} else if utf8.Valid(out) {
			s := string(out)
			c.Out = &s
		} else {
			c.OutHex = hex.EncodeToString(out)
		}
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.Encode(c)
	}
}
