//! Input that means harm: refused, or stopped by a counted limit that the message names.

use crate::packed::{Packed, nested, ordinary};
use budget::{Budget, Limits};
use helm::{Output, Profile, Source, Template, UserValues, load_archive, template};
use tar::EntryType;
use tree::{MemoryTree, TreePath};

/// What one application may take.
const LIMITS: Limits = Limits { fuel: 5_000_000, bytes: 48 << 20, depth: 200 };

fn refused(archive: &[u8]) -> String {
    match load_archive(archive, Profile::V4_2, &mut Budget::new(LIMITS)) {
        Ok(_) => "loaded".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn chart(files: &[(&str, &str)]) -> MemoryTree {
    let mut tree = MemoryTree::new();
    let own = [("Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\n")];
    for (name, content) in own.iter().chain(files) {
        tree.insert_file(TreePath::parse(&format!("app/{name}")).expect("a path"), content.as_bytes().to_vec());
    }
    tree
}

fn render_tree(tree: &MemoryTree, values: &[Source]) -> Output {
    let command = Template { sources: values.to_vec(), ..Template::default() };
    template(tree, &TreePath::parse("app").expect("a path"), &command, &mut Budget::new(LIMITS))
}

fn rendered(files: &[(&str, &str)]) -> Output {
    render_tree(&chart(files), &[])
}

#[track_caller]
fn names_a_limit(output: &Output) {
    assert_ne!(output.code, 0, "{}", output.stdout);
    assert!(output.stderr.contains("(limit: "), "no limit is named: {}", output.stderr);
    assert!(output.stderr.len() < 4096, "a message is a message");
}

#[test]
fn an_ordinary_archive_is_read() {
    assert_eq!(refused(&ordinary()), "loaded");
}

#[test]
fn names_that_lead_outside_are_refused() {
    let table: [(&[u8], &str); 7] = [
        (b"app/../../etc/passwd", "chart illegally references parent directory"),
        (b"app/templates/../../x", "chart illegally references parent directory"),
        (b"app//etc/passwd", "chart illegally contains absolute paths"),
        (b"app\\..\\..\\x", "chart illegally references parent directory"),
        (b"app/c:/windows", "chart contains illegally named files"),
        (b"app/", "loaded"),
        (b"Chart.yaml", "chart illegally contains content outside the base directory: \"Chart.yaml\""),
    ];
    for (name, told) in table {
        let archive = Packed::chart().entry(name, EntryType::Regular, "", b"x").gzipped();
        assert_eq!(refused(&archive), told, "{}", String::from_utf8_lossy(name));
    }
}

#[test]
fn links_and_devices_are_refused() {
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo] {
        let archive = Packed::chart().entry(b"app/values.yaml", kind, "/etc/passwd", b"").gzipped();
        assert_eq!(refused(&archive), "chart archive contains a link, a device or a file with holes", "{kind:?}");
    }
}

#[test]
fn entries_are_counted() {
    let mut archive = Packed::chart();
    for at in 0..=helm::FILES_MAX {
        archive = archive.file(&format!("app/f{at}"), b"");
    }
    assert_eq!(refused(&archive.gzipped()), "the chart has more than 20000 files (limit: files 20000)");
}

#[test]
fn a_bomb_is_stopped_before_it_is_unpacked() {
    let zeros = vec![0; 5 << 20];
    let large = Packed::chart().file("app/zeros", &vec![0; (5 << 20) + 1]).gzipped();
    assert!(large.len() < 64 << 10, "small outside");
    assert_eq!(refused(&large), "decompressed chart file \"app/zeros\" is larger than the maximum file size 5242880");
    let mut many = Packed::chart();
    for at in 0..12 {
        many = many.file(&format!("app/zeros{at}"), &zeros);
    }
    assert_eq!(refused(&many.gzipped()), "more than 50331648 bytes (limit: bytes 50331648)");
}

#[test]
fn charts_in_charts_have_an_end() {
    assert_eq!(refused(&nested(3)), "loaded");
    let told = refused(&nested(40));
    assert!(told.ends_with("charts are nested deeper than 32 (limit: chart depth 32)"), "{told}");
}

#[test]
fn cut_off_archives_are_refused() {
    let whole = ordinary();
    for length in [0, 1, 2, 10, whole.len() / 4, whole.len() / 2] {
        assert_ne!(refused(&whole[..length]), "loaded", "{length}");
    }
}

#[test]
fn exploding_aliases_cost_what_they_stand_for() {
    let mut values = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (of, one) in ('a'..='z').zip('b'..='z') {
        let references = vec![format!("*{of}"); 10].join(", ");
        values.push_str(&format!("{one}: &{one} [{references}]\n"));
    }
    names_a_limit(&rendered(&[("values.yaml", &values)]));
    let given = Source::File { path: "v".into(), content: values.into() };
    names_a_limit(&render_tree(&chart(&[]), &[given]));
}

#[test]
fn nesting_has_an_end() {
    let lists = format!("a: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    names_a_limit(&rendered(&[("values.yaml", &lists)]));
    let maps: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_ne!(rendered(&[("values.yaml", &maps)]).code, 0);
    let parens = format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000));
    assert_ne!(rendered(&[("templates/a.yaml", &parens)]).code, 0);
    let blocks = "{{ if 1 }}".repeat(100_000) + &"{{ end }}".repeat(100_000);
    // Blocks are read and run on the heap: their depth harms nobody.
    assert_eq!(rendered(&[("templates/a.yaml", &blocks)]).code, 0);
    let json = format!("{{{{ fromJson `{}` }}}}", "[".repeat(100_000));
    names_a_limit(&rendered(&[("templates/a.yaml", &json)]));
    let set = format!("{}=1", vec!["a"; 40].join("."));
    let output = render_tree(&chart(&[]), &[Source::Set(set)]);
    assert!(output.stderr.contains("greater than maximum supported nested level of 30"), "{}", output.stderr);
}

#[test]
fn work_without_an_end_is_stopped() {
    for template in [
        "{{ repeat 1000000000 \"x\" }}",
        "{{ range until 1000000000 }}x{{ end }}",
        "{{ untilStep 0 1000000000 1 | len }}",
        "{{ range $i := untilStep 0 100000 1 }}{{ range untilStep 0 100000 1 }}x{{ end }}{{ end }}",
        "{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}",
        "{{ define \"x\" }}{{ tpl \"{{ template \\\"x\\\" . }}\" . }}{{ end }}{{ template \"x\" . }}",
        "{{ $s := \"x\" }}{{ range until 64 }}{{ $s = print $s $s }}{{ end }}{{ $s }}",
        "{{ $l := list 1 }}{{ range until 64 }}{{ $l = concat $l $l }}{{ end }}{{ len $l }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toYaml $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toJson $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ deepCopy $d | len }}",
        "{{ indent 1000000000 \"x\" }}",
        "{{ randAlphaNum 1000000000 }}",
    ] {
        let output = rendered(&[("templates/a.yaml", template)]);
        names_a_limit(&output);
    }
}

#[test]
fn includes_of_themselves_are_told_of_in_helm_s_words() {
    let output =
        rendered(&[("templates/a.yaml", "{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}")]);
    assert!(
        output.stderr.contains("rendering template has a nested reference name: x")
            || output.stderr.contains("(limit: "),
        "{}",
        &output.stderr[..200]
    );
}

#[test]
fn schemas_that_lead_back_to_themselves_end() {
    for schema in [
        "{\"$ref\": \"#\"}",
        "{\"allOf\": [{\"$ref\": \"#\"}]}",
        "{\"definitions\": {\"a\": {\"$ref\": \"#/definitions/b\"}, \"b\": {\"$ref\": \"#/definitions/a\"}}, \
         \"$ref\": \"#/definitions/a\"}",
    ] {
        for profile in Profile::ALL {
            let tree = chart(&[("values.schema.json", schema), ("values.yaml", "a: 1\n")]);
            let command = Template { profile, ..Template::default() };
            let path = TreePath::parse("app").expect("a path");
            names_a_limit(&template(&tree, &path, &command, &mut Budget::new(LIMITS)));
        }
    }
    let wide =
        format!("{{\"anyOf\": [{}]}}", vec!["{\"anyOf\": [{\"$ref\": \"#\"}, {\"$ref\": \"#\"}]}"; 50].join(","));
    names_a_limit(&rendered(&[("values.schema.json", &wide), ("values.yaml", "a: 1\n")]));
}

#[test]
fn links_that_lead_outside_or_round_are_refused() {
    for target in ["/etc/passwd", "../../secret", "../app", ".", "values.yaml"] {
        let mut tree = chart(&[]);
        tree.insert_link(TreePath::parse("app/values.yaml").expect("a path"), target);
        let output = render_tree(&tree, &[]);
        assert_ne!(output.code, 0, "{target}: {}", output.stdout);
    }
}

#[test]
fn no_message_repeats_what_a_file_holds() {
    const SECRET: &str = "hunter2";
    for values in ["- hunter2", "a: [hunter2", "hunter2: &a *b", "a: 'hunter2", "hunter2"] {
        for given in [true, false] {
            let output = if given {
                let source = Source::File { path: "v".into(), content: values.into() };
                render_tree(&chart(&[]), &[source])
            } else {
                rendered(&[("values.yaml", values)])
            };
            assert_ne!(output.code, 0);
            assert!(!output.stderr.contains(SECRET), "{values}: {}", output.stderr);
        }
    }
    let read = UserValues::merge(&[Source::Json("a={hunter2".into())], Profile::V4_2, &mut Budget::new(LIMITS));
    assert!(read.is_err());
}

/// A generator that needs no crate: splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % sides as u64) as usize
    }

    fn mutate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..=self.roll(4) {
            if bytes.is_empty() {
                break;
            }
            let at = self.roll(bytes.len());
            match self.roll(5) {
                0 => bytes[at] = self.roll(256) as u8,
                1 => bytes[at] ^= 1 << self.roll(8),
                2 => drop(bytes.remove(at)),
                3 => {
                    let piece: [&[u8]; 8] = [b"{{", b"}}", b"&a", b"*a", b"<<: ", b"\0", b"\xff", b"- "];
                    bytes.splice(at..at, piece[self.roll(8)].iter().copied());
                }
                _ => {
                    let end = (at + self.roll(40)).min(bytes.len());
                    let piece: Vec<u8> = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        bytes
    }
}

/// Nothing is asserted but that there is an answer: a panic would end the test.
#[test]
fn changed_archives_never_panic() {
    let mut dice = Dice(1);
    let whole = ordinary();
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&whole[..]), &mut plain).expect("an archive");
    let mut loaded = 0;
    for round in 0..400 {
        let archive = if round % 2 == 0 {
            dice.mutate(&whole)
        } else {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut out, &dice.mutate(&plain)).expect("memory takes it");
            out.finish().expect("memory takes it")
        };
        let read = load_archive(&archive, Profile::V4_2, &mut Budget::new(LIMITS));
        loaded += usize::from(read.is_ok());
    }
    assert!(loaded > 0 && loaded < 400, "some changes matter and some do not: {loaded}");
}

#[test]
fn changed_values_templates_and_schemas_never_panic() {
    let seeds = [
        ("values.yaml", "a: &x {b: [1, 'two', 3.5e3], <<: {c: null}}\nd: *x\nglobal: {e: |\n  text\n}\n"),
        (
            "templates/a.yaml",
            "{{- range $k, $v := .Values.a }}\n{{ $k }}: {{ $v | toYaml | nindent 2 }}\n{{- else }}x{{ end -}}\n",
        ),
        (
            "values.schema.json",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"$defs\":{\"b\":{\"minLength\":2}}}",
        ),
        (
            "Chart.yaml",
            "apiVersion: v2\nname: app\nversion: 1.2.3\ndependencies:\n- {name: x, version: '>1', condition: a.b}\n",
        ),
    ];
    let mut dice = Dice(2);
    let mut succeeded = 0;
    for round in 0..600 {
        let mut tree = chart(&[]);
        for (at, (name, content)) in seeds.iter().enumerate() {
            // Chart.yaml declares what is not there: only its own rounds use it.
            if at == 3 && round % 4 != 3 {
                continue;
            }
            let content = if at == round % 4 { dice.mutate(content.as_bytes()) } else { content.as_bytes().to_vec() };
            tree.insert_file(TreePath::parse(&format!("app/{name}")).expect("a path"), content);
        }
        succeeded += usize::from(render_tree(&tree, &[]).code == 0);
    }
    assert!(succeeded > 0 && succeeded < 600, "some changes matter and some do not: {succeeded}");
}

#[test]
fn changed_flags_never_panic() {
    let seeds = ["a.b[0].c={1,two,null},d=\\,x", "a[1][2]=x,b={}", "a={\"x\": [1, {\"y\": null}]},b=1.5"];
    let mut dice = Dice(3);
    for round in 0..3000 {
        let text = String::from_utf8_lossy(&dice.mutate(seeds[round % 3].as_bytes())).into_owned();
        for source in [
            Source::Set(text.clone()),
            Source::SetString(text.clone()),
            Source::Json(text.clone()),
            Source::SetLiteral(text.clone()),
            Source::SetFile(text.clone(), Vec::new()),
        ] {
            let read = UserValues::merge(&[source], Profile::V3_21, &mut Budget::new(LIMITS));
            drop(read);
        }
        let _ = helm::files_named(&text);
    }
}
