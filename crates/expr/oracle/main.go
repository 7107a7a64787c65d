// Answers expressions, one JSON object a line, as github.com/expr-lang/expr does. The names are those of
// tests/cases/data.json; with a measured result ("c") it is a condition, with the functions that Rollouts adds.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
)

type Case struct {
	Rule string          `json:"rule,omitempty"`
	E    string          `json:"e"`
	C    json.RawMessage `json:"c,omitempty"`
	Out  *string         `json:"out,omitempty"`
	Err  string          `json:"err,omitempty"`
}

// value reads plain JSON, with {"$floats": …} and the like for what JSON has no word for.
func value(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = value(v[i])
		}
		return v
	case map[string]any:
		for k, e := range v {
			list, _ := e.([]any)
			switch k {
			case "$floats":
				out := make([]float64, len(list))
				for i := range list {
					out[i] = value(list[i]).(float64)
				}
				return out
			case "$ints":
				out := make([]int, len(list))
				for i := range list {
					out[i] = int(list[i].(float64))
				}
				return out
			case "$strings":
				out := make([]string, len(list))
				for i := range list {
					out[i] = list[i].(string)
				}
				return out
			case "$nil":
				return nil
			case "$float":
				f, _ := strconv.ParseFloat(e.(string), 64)
				return f
			case "$int":
				return int(e.(float64))
			case "$int64":
				return int64(e.(float64))
			case "$time":
				t, _ := time.Parse(time.RFC3339, e.(string))
				return t.UTC()
			case "$duration":
				d, _ := time.ParseDuration(e.(string))
				return d
			}
			v[k] = value(e)
		}
		return v
	}
	return v
}

func read(raw []byte) any {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		panic(err)
	}
	return value(v)
}

func show(b *strings.Builder, v any) {
	switch v := v.(type) {
	case nil:
		b.WriteString("nil")
		return
	case string:
		fmt.Fprintf(b, "%q", v)
		return
	case []byte:
		fmt.Fprintf(b, "bytes%v", v)
		return
	case time.Time, time.Duration, time.Month, time.Weekday, *time.Location:
		fmt.Fprintf(b, "%T(%v)", v, v)
		return
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Slice, reflect.Array:
		fmt.Fprintf(b, "%T[", v)
		for i := 0; i < r.Len(); i++ {
			if i > 0 {
				b.WriteString(", ")
			}
			show(b, r.Index(i).Interface())
		}
		b.WriteString("]")
	case reflect.Map:
		var entries []string
		for each := r.MapRange(); each.Next(); {
			var e strings.Builder
			show(&e, each.Key().Interface())
			e.WriteString(": ")
			show(&e, each.Value().Interface())
			entries = append(entries, e.String())
		}
		sort.Strings(entries)
		fmt.Fprintf(b, "%T{%s}", v, strings.Join(entries, ", "))
	case reflect.Func:
		b.WriteString("func")
	case reflect.Bool:
		fmt.Fprintf(b, "%v", v)
	default:
		fmt.Fprintf(b, "%T(%v)", v, v)
	}
}

func number(name string, v any, parse func(string) (any, error)) any {
	if s, ok := v.(string); ok {
		out, err := parse(s)
		if err != nil {
			panic(err)
		}
		return out
	}
	r := reflect.ValueOf(v)
	if r.IsValid() && (r.CanInt() || r.CanUint() || r.CanFloat()) {
		if name == "asInt" {
			return r.Convert(reflect.TypeOf(int64(0))).Interface()
		}
		return r.Convert(reflect.TypeOf(float64(0))).Interface()
	}
	panic(fmt.Sprintf("%s() not supported on %v %v", name, reflect.TypeOf(v), v))
}

func condition(text string, result any) (out any, err error) {
	absent := result == nil
	env := map[string]any{
		"result": result,
		"asInt": func(v any) int64 {
			return number("asInt", v, func(s string) (any, error) { return strconv.ParseInt(s, 10, 64) }).(int64)
		},
		"asFloat": func(v any) float64 {
			return number("asFloat", v, func(s string) (any, error) { return strconv.ParseFloat(s, 64) }).(float64)
		},
		"isNaN": math.IsNaN,
		"isInf": func(f float64) bool { return math.IsInf(f, 0) },
		"isNil": func(any) bool { return absent },
		"default": func(_ any, other any) any {
			if absent {
				return other
			}
			return result
		},
	}
	out, err = run(text, env)
	var wrong *file.Error
	if errors.As(err, &wrong) {
		err = errors.New(wrong.Message)
	}
	if err == nil {
		if _, ok := out.(bool); !ok {
			err = fmt.Errorf("expected bool, but got %T", out)
		}
	}
	return out, err
}

func run(text string, env map[string]any) (any, error) {
	program, err := expr.Compile(text, expr.Env(env))
	if err != nil {
		return nil, err
	}
	return expr.Run(program, env)
}

func answer(c *Case, env map[string]any) {
	var out any
	var err error
	if c.C != nil {
		out, err = condition(c.E, read(c.C))
	} else {
		out, err = run(c.E, env)
	}
	if err != nil {
		c.Err = strings.ToValidUTF8(err.Error(), "\uFFFD")
		return
	}
	var b strings.Builder
	show(&b, out)
	s := b.String()
	c.Out = &s
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for in.Scan() {
		var c Case
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			panic(err)
		}
		c.Out, c.Err = nil, ""
		answer(&c, read(data).(map[string]any))
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.Encode(c)
	}
}
