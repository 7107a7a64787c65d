// Answers templates, one a line, as Masterminds/sprig v3 does: the template, and below it its output or error, quoted.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
)

type named map[string]interface{}

func data() map[string]interface{} {
	var v map[string]interface{}
	raw, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		panic(err)
	}
	return map[string]interface{}{
		"v":       v,
		"i64":     int64(42),
		"i32":     int32(-7),
		"i8":      int8(5),
		"u64":     uint64(18446744073709551615),
		"u8":      uint8(200),
		"strs":    []string{"b", "a", "", "c"},
		"ints":    []int{3, 1, 2},
		"bytes":   []byte("hi\xff"),
		"bad":     "a\xffb",
		"ms":      map[string]string{"a": "1", "b": ""},
		"nilmap":  map[string]interface{}(nil),
		"nillist": []interface{}(nil),
		"named":   named{"a": map[string]interface{}{"b": 1}, "x": "y"},
		"t":       time.Date(2024, 2, 29, 13, 4, 5, 678901234, time.UTC),
		"t2":      time.Date(1969, 12, 31, 23, 59, 59, 0, time.FixedZone("XST", -5*3600-1800)),
		"zero":    time.Time{},
		"inf":     1e308 * v["ten"].(float64),
	}
}

func run(text string) (s string, isErr bool) {
	t, err := template.New("c").Funcs(sprig.TxtFuncMap()).Option("missingkey=zero").Parse(text)
	if err != nil {
		return "parse: " + err.Error(), true
	}
	var b bytes.Buffer
	defer func() {
		if r := recover(); r != nil {
			s, isErr = fmt.Sprintf("PANIC: %v", r), true
		}
	}()
	if err := t.Execute(&b, data()); err != nil {
		return err.Error(), true
	}
	return b.String(), false
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	seen := map[string]bool{}
	for in.Scan() {
		e := in.Text()
		if e == "" || strings.HasPrefix(e, "#") || seen[e] {
			continue
		}
		seen[e] = true
		s, bad := run(e)
		mark := "=>"
		if bad {
			mark = "!!"
		}
		fmt.Fprintf(out, "%s\n    %s %q\n", e, mark, s)
	}
}
