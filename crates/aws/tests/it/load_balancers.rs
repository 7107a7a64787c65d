//! Load balancers, asked as the documentation of their API has it.

use crate::server::{Asked, Server, settings};
use aws::{Elb, Error, Identity, Scope, Settings, Target, Unsigned, sign};

const PLACE: &str = "arn:aws:elasticloadbalancing:us-west-2:123456789012";
const HOST: &str = "my-load-balancer-424835706.us-west-2.elb.amazonaws.com";

fn of(service: &str) -> String {
    format!("{PLACE}:targetgroup/{service}/73e2d6bc24d8a067")
}

fn answer(action: &str, result: &str) -> (u16, String) {
    let text = format!(
        r#"<{action}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">
  <{action}Result>{result}</{action}Result>
  <ResponseMetadata><RequestId>6581c0ac-f39f-11e5-bb98-57195a6eb84a</RequestId></ResponseMetadata>
</{action}Response>"#
    );
    (200, text)
}

/// An account with two load balancers on two pages, the second of which shares out by two listeners.
fn account(asked: &Asked, _: usize) -> (u16, String) {
    let action = asked.field("Action").unwrap_or_default();
    let result = match action.as_str() {
        "DescribeLoadBalancers" if asked.field("Marker").is_none() => format!(
            "<LoadBalancers><member><LoadBalancerArn>{PLACE}:loadbalancer/app/other/1</LoadBalancerArn>\
             <LoadBalancerName>other</LoadBalancerName><DNSName>other-1.us-west-2.elb.amazonaws.com</DNSName></member>\
             </LoadBalancers><NextMarker>more</NextMarker>"
        ),
        "DescribeLoadBalancers" => format!(
            "<LoadBalancers><member>\
             <LoadBalancerArn>{PLACE}:loadbalancer/app/my-load-balancer/50dc6c495c0c9188</LoadBalancerArn>\
             <Scheme>internet-facing</Scheme><LoadBalancerName>my-load-balancer</LoadBalancerName>\
             <VpcId>vpc-3ac0fb5f</VpcId><DNSName>{HOST}</DNSName><State><Code>active</Code></State>\
             <Type>application</Type></member></LoadBalancers>"
        ),
        "DescribeTargetGroups" => {
            let group = |name: &str| {
                format!(
                    "<member><TargetGroupArn>{}</TargetGroupArn><TargetGroupName>{name}</TargetGroupName>\
                     <Port>80</Port><TargetType>ip</TargetType></member>",
                    of(name)
                )
            };
            format!("<TargetGroups>{}{}</TargetGroups>", group("canary"), group("stable"))
        }
        "DescribeTags" => {
            let described = (1..).map_while(|at| asked.field(&format!("ResourceArns.member.{at}")));
            let one = |arn: String| {
                let service = arn.split('/').nth(1).unwrap_or_default();
                format!(
                    "<member><ResourceArn>{arn}</ResourceArn><Tags><member><Key>project</Key><Value>lima</Value></member>\
                     <member><Key>ingress.k8s.aws/resource</Key><Value>shop/web-{service}:80</Value></member></Tags></member>"
                )
            };
            format!("<TagDescriptions>{}</TagDescriptions>", described.map(one).collect::<String>())
        }
        "DescribeListeners" => format!(
            "<Listeners><member><ListenerArn>{PLACE}:listener/http</ListenerArn><Port>80</Port></member>\
             <member><ListenerArn>{PLACE}:listener/https</ListenerArn><Port>443</Port></member></Listeners>"
        ),
        "DescribeRules" => format!(
            "<Rules><member><IsDefault>false</IsDefault><Priority>1</Priority><Actions><member><Type>forward</Type>\
             <ForwardConfig><TargetGroups>\
             <member><TargetGroupArn>{}</TargetGroupArn><Weight>10</Weight></member>\
             <member><TargetGroupArn>{}</TargetGroupArn><Weight>90</Weight></member>\
             </TargetGroups><TargetGroupStickinessConfig><Enabled>false</Enabled></TargetGroupStickinessConfig>\
             </ForwardConfig></member></Actions></member>\
             <member><IsDefault>true</IsDefault><Priority>default</Priority><Actions><member>\
             <Type>fixed-response</Type><FixedResponseConfig><StatusCode>404</StatusCode></FixedResponseConfig>\
             </member></Actions></member></Rules>",
            of("canary"),
            of("stable")
        ),
        "DescribeTargetHealth" => "<TargetHealthDescriptions>\
             <member><HealthCheckPort>8080</HealthCheckPort><TargetHealth><State>healthy</State></TargetHealth>\
             <Target><Port>8080</Port><Id>10.0.0.1</Id></Target></member>\
             <member><HealthCheckPort>8080</HealthCheckPort><TargetHealth><State>initial</State>\
             <Reason>Elb.RegistrationInProgress</Reason></TargetHealth>\
             <Target><Port>8080</Port><Id>10.0.0.2</Id></Target></member></TargetHealthDescriptions>"
            .to_owned(),
        other => {
            return (
                400,
                format!(
                    "<ErrorResponse><Error><Code>InvalidAction</Code><Message>{other}</Message></Error></ErrorResponse>"
                ),
            );
        }
    };
    answer(&action, &result)
}

fn of_account(server: &Server) -> Settings {
    settings(&[
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        ("AWS_REGION", "us-west-2"),
        ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", &server.address),
    ])
}

fn elb(server: &Server) -> Elb {
    Elb::new(Identity::new(of_account(server)), "ingress.k8s.aws/resource")
}

#[tokio::test]
async fn a_load_balancer_is_found_with_its_groups_and_shares() {
    let server = Server::start(account).await;
    let elb = elb(&server);
    let found = elb.load_balancer(HOST).await.expect("an answer").expect("a load balancer");
    assert_eq!(found.name, "my-load-balancer");
    let groups: Vec<_> = found.groups.iter().map(|group| (group.name.as_str(), group.resource.as_str())).collect();
    assert_eq!(groups, [("canary", "shop/web-canary:80"), ("stable", "shop/web-stable:80")]);
    assert_eq!(found.forwards.len(), 2, "one of each listener, and none of fixed responses");
    assert_eq!((found.forwards[0][&of("canary")], found.forwards[1][&of("stable")]), (10, 90));
    assert_eq!(elb.load_balancer("nobody.example.com").await, Ok(None));
    let expected = [
        "DescribeLoadBalancers",
        "DescribeLoadBalancers",
        "DescribeTargetGroups",
        "DescribeTags",
        "DescribeListeners",
        "DescribeRules",
        "DescribeRules",
        "DescribeLoadBalancers",
        "DescribeLoadBalancers",
    ];
    assert_eq!(server.actions(), expected);
    assert!(server.asked().iter().all(|asked| asked.field("Version").as_deref() == Some("2015-12-01")));
}

/// Every request is signed for this service and region, over all that AWS looks at.
#[tokio::test]
async fn requests_are_signed() {
    let server = Server::start(account).await;
    let settings = of_account(&server);
    let now = settings.clock.now();
    let keys = aws::Keys::lasting("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None);
    let elb = Elb::new(Identity::new(settings), "t");
    elb.targets(&of("stable")).await.expect("targets");
    let asked = &server.asked()[0];
    let url = format!("{}/", server.address).parse().expect("a URL");
    let headers = [("content-type".to_owned(), asked.header("content-type").to_owned())];
    let unsigned = Unsigned { method: "POST", url: &url, headers: &headers, body: asked.body.as_bytes() };
    let wanted = sign(&unsigned, Scope { region: "us-west-2", service: "elasticloadbalancing" }, &keys, now);
    for (name, value) in wanted {
        assert_eq!(asked.header(&name), value);
    }
    assert_eq!(asked.header("x-amz-date"), "20260101T120000Z");
}

#[tokio::test]
async fn targets_count_whatever_their_health() {
    let server = Server::start(account).await;
    let found = elb(&server).targets(&of("stable")).await.expect("targets");
    let target = |id: &str| Target { id: id.to_owned(), port: 8080 };
    assert_eq!(found, [target("10.0.0.1"), target("10.0.0.2")]);
}

/// A hundred Rollouts behind one load balancer cost as much as one.
#[tokio::test]
async fn many_who_ask_the_same_are_answered_once() {
    let server = Server::start(account).await;
    let elb = elb(&server);
    let all = std::iter::repeat_with(|| elb.load_balancer(HOST)).take(100);
    for found in futures::future::join_all(all).await {
        assert_eq!(found.expect("an answer").expect("a load balancer").name, "my-load-balancer");
    }
    assert_eq!(server.actions().len(), 7);
}

#[tokio::test]
async fn who_is_throttled_asks_again() {
    let throttled = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>\
                     <Message>Rate exceeded</Message></Error></ErrorResponse>";
    let answers = |asked: &Asked, before: usize| {
        if before < 2 { (400, throttled.to_owned()) } else { account(asked, before) }
    };
    let server = Server::start(answers).await;
    assert_eq!(elb(&server).targets(&of("stable")).await.expect("targets").len(), 2);
    assert_eq!(server.actions().len(), 3);
    let server = Server::start(|_, _| (400, throttled.to_owned())).await;
    let why = elb(&server).targets("x").await.expect_err("throttled").to_string();
    assert_eq!(why, "DescribeTargetHealth: Throttling: Rate exceeded");
    assert_eq!(server.actions().len(), 4);
}

#[tokio::test]
async fn what_is_no_answer_is_told_at_once() {
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: x is not authorized to perform: \
                  elasticloadbalancing:DescribeTargetHealth</Message></Error></ErrorResponse>";
    let cases: [(u16, &str, &str); 5] = [
        (403, denied, "AccessDenied: User: x is not authorized"),
        (404, "<html>lost", "status 404"),
        (200, "<html><body>a proxy's page</body></html>", "DescribeTargetHealthResult"),
        (200, "{}", "no XML"),
        (200, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "no XML"),
    ];
    for (status, body, said) in cases {
        let server = Server::start(move |_, _| (status, body.to_owned())).await;
        let why = elb(&server).targets("x").await.expect_err(body);
        assert!(why.to_string().contains(said), "{why}");
        assert_eq!(server.actions().len(), 1);
        assert!(!matches!(why, Error::Unreachable { .. }));
    }
}
