//! Where somebody may be sent afterwards.

use signin::is_allowed_return;

#[test]
fn only_to_ourselves() {
    let own = ["https://cd.example.com/argo".to_owned(), "http://localhost:8080".to_owned()];
    for (target, expected) in [
        ("", true),
        ("https://cd.example.com/argo", true),
        ("https://cd.example.com/argo/applications", true),
        ("https://cd.example.com:443/argo/applications?x=1#y", true),
        ("http://localhost:8080/any", true),
        ("/argo/applications", true),
        ("/applications", true),
        ("https://cd.example.com/argoX", false),
        ("https://cd.example.com/", false),
        ("https://cd.example.com/argo/../evil", false),
        ("http://cd.example.com/argo", false),
        ("https://cd.example.com:8443/argo", false),
        ("https://cd.example.com.evil.com/argo", false),
        ("https://evil.com/argo", false),
        ("//evil.com/argo", false),
        ("///evil.com", false),
        ("/\\evil.com", false),
        ("\\\\evil.com", false),
        ("https:/\\evil.com", false),
        ("/\t/evil.com", false),
        ("https://cd.example.com@evil.com/argo", false),
        ("https://user@cd.example.com/argo", false),
        ("javascript:alert(1)", false),
        ("data:text/html,x", false),
        ("applications", false),
        ("/argo/\r\nSet-Cookie: a=b", false),
    ] {
        assert_eq!(is_allowed_return(target, &own), expected, "{target:?}");
    }
    assert!(!is_allowed_return("https://a", &[]) && is_allowed_return("", &[]));
}
