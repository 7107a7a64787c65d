// Answers template cases, one JSON object a line, as Go's text/template does. The functions are those of
// tests/it/functions.rs, which has each kind of signature once.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"os"
	"path/filepath"
	"sort"
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
	Html    bool              `json:"html,omitempty"`
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

// What both kinds of templates can do.
type executor interface {
	ExecuteTemplate(w io.Writer, name string, data any) error
}

func funcs(t executor) template.FuncMap {
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
		"safecss":    func(s string) htmltemplate.CSS { return htmltemplate.CSS(s) },
		"safehtml":   func(s string) htmltemplate.HTML { return htmltemplate.HTML(s) },
		"safeattr":   func(s string) htmltemplate.HTMLAttr { return htmltemplate.HTMLAttr(s) },
		"safejs":     func(s string) htmltemplate.JS { return htmltemplate.JS(s) },
		"safejsstr":  func(s string) htmltemplate.JSStr { return htmltemplate.JSStr(s) },
		"safeurl":    func(s string) htmltemplate.URL { return htmltemplate.URL(s) },
		"safesrcset": func(s string) htmltemplate.Srcset { return htmltemplate.Srcset(s) },
	}
}

// The functions of text templates, which may also render texts.
func textFuncs(t *template.Template) template.FuncMap {
	all := funcs(t)
	all["tpl"] = func(text string, data any) (string, error) {
		if depth >= depthMax {
			return "", errTooDeep
		}
		depth++
		defer func() { depth-- }()
		c, err := t.Clone()
		if err != nil {
			return "", err
		}
		c.Funcs(textFuncs(c))
		p, err := c.New(t.Name()).Parse(text)
		if err != nil {
			return "", fmt.Errorf("cannot parse: %w", err)
		}
		var b strings.Builder
		if err := p.Execute(&b, data); err != nil {
			return "", fmt.Errorf("cannot execute: %w", err)
		}
		return b.String(), nil
	}
	return all
}

// The texts of a case by name, sorted, the case's own last.
func texts(c *Case) (names []string, text map[string]string) {
	text = map[string]string{}
	for n, t := range c.Files {
		names = append(names, n)
		text[n] = t
	}
	sort.Strings(names)
	text["x"] = c.T
	if c.Hex != "" {
		b, _ := hex.DecodeString(c.Hex)
		text["x"] = string(b)
	}
	return append(names, "x"), text
}

func data(c *Case) (data any, err error) {
	given := []byte(c.Data)
	if c.Data == nil {
		given = base
		if c.Html {
			given = htmlBase
		}
	}
	return data, json.Unmarshal(given, &data)
}

func run(c *Case) (out []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("PANIC %v", r)
		}
	}()
	var t executor
	if c.Html {
		t, err = parseHTML(c)
	} else {
		t, err = parseText(c)
	}
	if err != nil {
		return nil, err
	}
	data, err := data(c)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	err = t.ExecuteTemplate(&limited{&b}, "x", data)
	return []byte(b.String()), err
}

func parseText(c *Case) (executor, error) {
	t := template.New("set")
	t.Funcs(textFuncs(t))
	if c.Missing != "" {
		t.Option("missingkey=" + c.Missing)
	}
	names, texts := texts(c)
	for _, n := range names {
		if _, err := t.New(n).Parse(texts[n]); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func parseHTML(c *Case) (executor, error) {
	t := htmltemplate.New("set")
	t.Funcs(htmltemplate.FuncMap(funcs(t)))
	if c.Missing != "" {
		t.Option("missingkey=" + c.Missing)
	}
	names, texts := texts(c)
	for _, n := range names {
		if _, err := t.New(n).Parse(texts[n]); err != nil {
			return nil, err
		}
	}
	return t, nil
}

type limited struct{ b *strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.b.Len() > 1<<20 {
		return 0, errors.New("LIMIT bytes")
	}
	return l.b.Write(p)
}

var base, htmlBase []byte

func main() {
	base, _ = os.ReadFile(os.Args[1])
	htmlBase, _ = os.ReadFile(filepath.Join(filepath.Dir(os.Args[1]), "html_data.json"))
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
