// What each platform's own peculiarities become: one small sample each.

#include "support.h"

#include "load/vocabulary.h"

using namespace shopbell;

namespace {

/// What a platform's file makes of a body, whoever signed it.
class Sample {
 public:
  explicit Sample(const std::string& platform) {
    const auto known = find_platform(platform);
    REQUIRE(known);
    trusted_.name = known->name;
    trusted_.verifications.resize(1);
    trusted_.verifications[0].scheme = Verification::Scheme::token;
    trusted_.verifications[0].encoding = Verification::Encoding::text;
    trusted_.verifications[0].signatures = {Location{"trusted", {}, {}}};
    trusted_.topic = known->topic;
    trusted_.ids = known->ids;
    trusted_.time = known->time;
    trusted_.each = known->each;
    trusted_.topics = known->topics;
    trusted_.challenge = known->challenge;
    trusted_.ping = known->ping;
    trusted_.success_answer = known->success_answer;
    delivery_.headers["trusted"] = "secret";
  }
  Sample& header(const std::string& name, const std::string& value) {
    return delivery_.headers[name] = value, *this;
  }
  Sample& form(const std::string& body) {
    delivery_.headers["Content-Type"] = "application/x-www-form-urlencoded";
    return json(body);
  }
  Sample& json(const std::string& body) { return delivery_.body = body, *this; }

  WebhookTaken take() {
    auto taken = delivery_.take_by(trusted_, arena_);
    if (!taken) UNSCOPED_INFO(taken.error().message);
    REQUIRE(taken);
    for (const Taken& one : taken->events) {
      UNSCOPED_INFO(one.line);
      CHECK(misfits(one.event.type, one.event.data).empty());
    }
    return std::move(*taken);
  }
  Event event() {
    WebhookTaken taken = take();
    UNSCOPED_INFO(taken.ignored);
    REQUIRE(taken.events.size() == 1);
    return taken.events[0].event;
  }

 private:
  Platform trusted_;
  Delivery delivery_;
  Arena arena_;
};

}  // namespace

TEST_CASE("a WooCommerce order is identified by its topic and body, whatever the delivery's id") {
  const std::string body =
      R"({"id":17,"number":"17","status":"processing","total":"12.50","currency":"EUR","customer_id":0,"billing":{"email":"Ann@example.com"},)"
      R"("date_created_gmt":"2026-11-21T19:27:34","date_modified_gmt":"2026-11-21T19:30:00","date_paid_gmt":null})";
  Sample first("woocommerce");
  const Event event = first.header("X-WC-Webhook-Topic", "order.created")
                          .header("X-WC-Webhook-Delivery-ID", "1")
                          .json(body)
                          .event();
  CHECK(event.type == "order.placed");
  CHECK(event.subject == "customer:ann@example.com");
  CHECK(format_rfc3339(event.at) == "2026-11-21T19:30:00Z");
  CHECK(to_json(event.data["order"]["total"]) == "12.5");
  Sample again("woocommerce"), other("woocommerce");
  CHECK(again.header("X-WC-Webhook-Topic", "order.created")
            .header("X-WC-Webhook-Delivery-ID", "2")
            .json(body)
            .event()
            .id == event.id);
  CHECK(other.header("X-WC-Webhook-Topic", "order.updated").json(body).event().id != event.id);
}

TEST_CASE("an update of a WooCommerce order is told by what has just happened to it") {
  const auto [fields, type] = GENERATE(table<std::string, std::string>({
      {R"("status":"processing","date_paid_gmt":"2026-11-21T19:30:00")", "order.paid"},
      {R"("status":"processing","date_paid_gmt":"2026-11-20T00:00:00")", "order.updated"},
      {R"("status":"completed","date_paid_gmt":"2026-11-20T00:00:00","date_completed_gmt":"2026-11-21T19:30:00")",
       "order.fulfilled"},
      {R"("status":"cancelled")", "order.cancelled"},
      {R"("status":"pending","date_paid_gmt":null)", "order.updated"},
  }));
  INFO(fields);
  Sample sample("woocommerce");
  sample.header("X-WC-Webhook-Topic", "order.updated")
      .json(R"({"id":17,"date_modified_gmt":"2026-11-21T19:30:00",)" + fields + "}");
  CHECK(sample.event().type == type);
}

TEST_CASE("WooCommerce's trial of a new address is answered, though nobody signed it") {
  const auto platform = find_platform("woocommerce");
  Arena arena;
  for (const auto& [body, good] : {std::pair("webhook_id=7", true),
                                   {"webhook_id=", false},
                                   {"webhook_id=7&a=1", false},
                                   {"webhook_idx=7", false}}) {
    INFO(body);
    Delivery ping;
    ping.body = body;
    const auto taken = ping.take_by(*platform, arena);
    CHECK(bool(taken) == good);
    if (taken) CHECK(taken->events.empty());
  }
  CHECK(platform->success_status == 200);
  CHECK_FALSE(platform->retries);
}

TEST_CASE("Stripe's amounts are in minor units, and its event id is the event's") {
  const auto [currency, amount] =
      GENERATE(table<std::string, std::string>({{"eur", "20.0"}, {"jpy", "2000.0"}}));
  Sample sample("stripe");
  const Event event =
      sample
          .json(
              R"({"id":"evt_1","type":"payment_intent.succeeded","created":1800000000,"livemode":true,"data":{"object":)"
              R"({"id":"pi_1","amount":2000,"currency":")" +
              currency + R"(","customer":"cus_1"}}})")
          .event();
  CHECK(event.id == "evt_1");
  CHECK(event.type == "payment.succeeded");
  CHECK(event.subject == "customer:cus_1");
  CHECK(to_json(event.data["payment"]["amount"]) == amount);
  CHECK(to_json(event.data["payment"]["test"]) == "false");
}

TEST_CASE("a charge that belongs to a payment intent is not told twice") {
  Sample alone("stripe"), told("stripe");
  CHECK(
      alone
          .json(
              R"({"type":"charge.succeeded","data":{"object":{"id":"ch_1","amount":5,"currency":"eur","payment_intent":null}}})")
          .event()
          .type == "payment.succeeded");
  const auto taken =
      told.json(R"({"type":"charge.succeeded","data":{"object":{"id":"ch_1","payment_intent":"pi_1"}}})")
          .take();
  CHECK(taken.events.empty());
  CHECK_FALSE(taken.ignored.empty());
}

TEST_CASE("one body of WhatsApp's holds several messages and statuses") {
  Sample sample("whatsapp");
  const auto taken =
      sample
          .json(
              R"({"entry":[{"changes":[{"field":"messages","value":{"contacts":[{"profile":{"name":"Ann"}}],"messages":[)"
              R"({"from":"34600","id":"m1","timestamp":"1800000000","type":"text","text":{"body":"hello"}},)"
              R"({"from":"34600","id":"m2","timestamp":"1800000001","type":"interactive","interactive":{"button_reply":{"id":"yes","title":"Yes"}}},)"
              R"({"from":"34600","id":"m3","timestamp":"1800000002","type":"reaction","reaction":{}}]}}]},)"
              R"({"changes":[{"field":"messages","value":{"statuses":[{"id":"m0","status":"delivered","recipient_id":"34700"},{"id":"m0","status":"read","recipient_id":"34700"}]}},)"
              R"({"field":"account_update","value":{}}]}]})")
          .take();
  std::vector<std::string> told;
  for (const Taken& one : taken.events)
    told.push_back(std::string(one.event.type) + " " + std::string(one.event.subject) + " " +
                   std::string(one.event.id));
  CHECK(told == std::vector<std::string>{"message.received customer:34600 m1:message.text:1800000000",
                                         "message.received customer:34600 m2:message.interactive:1800000001",
                                         "message.delivered customer:34700 m0:status.delivered",
                                         "message.read customer:34700 m0:status.read"});
  CHECK(to_json(taken.events[1].event.data["message"]["button"]) == "\"yes\"");
  CHECK(to_json(taken.events[0].event.data["customer"]) == R"({"phone":"+34600","name":"Ann"})");
}

TEST_CASE("a message of each channel says who wrote what") {
  struct Case {
    std::string platform, body, subject, text, conversation;
    bool form = false;
  };
  const Case c = GENERATE(
      Case{
          "messenger",
          R"({"entry":[{"messaging":[{"sender":{"id":"u1"},"recipient":{"id":"p"},"timestamp":1800000000000,"message":{"mid":"m","text":"hi"}}]}]})",
          "customer:u1", "hi", "u1"},
      Case{
          "instagram",
          R"({"entry":[{"messaging":[{"sender":{"id":"u1"},"recipient":{"id":"p"},"timestamp":1800000000000,"message":{"mid":"m","text":"hi"}}]}]})",
          "customer:u1", "hi", "u1"},
      Case{
          "telegram",
          R"({"update_id":5,"message":{"message_id":1,"from":{"id":7,"first_name":"Ann"},"chat":{"id":9},"date":1800000000,"text":"hi"}})",
          "customer:7", "hi", "9"},
      Case{"twilio", "MessageSid=S1&From=%2B34600&To=%2B1&Body=hi&NumMedia=0&SmsStatus=received",
           "customer:+34600", "hi", "+34600", true},
      Case{
          "slack",
          R"({"type":"event_callback","event_id":"E1","event":{"type":"message","user":"U1","channel":"C1","text":"hi","ts":"1800000000.1"}})",
          "customer:U1", "hi", "C1"},
      Case{"slack", "command=%2Forder&text=7&user_id=U1&channel_id=C1&trigger_id=T1", "customer:U1",
           "/order 7", "C1", true},
      Case{"sendgrid",
           "from=Ann+Lee+%3CAnn%40example.com%3E&to=shop%40example.com&subject=s&text=hi&headers=Message-ID%"
           "3A+%3C1%40x%3E%0A",
           "customer:ann@example.com", "hi", "1@x", true},
      Case{"mailgun",
           "recipient=shop%40example.com&sender=ann%40example.com&from=Ann+%3Cann%40example.com%3E&body-"
           "plain=hi&timestamp=1800000000&token=t",
           "customer:ann@example.com", "hi", "ann@example.com", true},
      Case{
          "postmark",
          R"({"From":"Ann <ann@example.com>","To":"shop@example.com","Subject":"s","TextBody":"hi","MessageID":"1","Headers":[]})",
          "customer:ann@example.com", "hi", "ann@example.com"},
      Case{
          "intercom",
          R"({"id":"n1","topic":"conversation.user.created","data":{"item":{"type":"conversation","id":"C1","source":{"id":"s","body":"<p>hi</p>","author":{"type":"user","id":"u1"}}}}})",
          "customer:u1", "hi", "C1"});
  INFO(c.platform);
  Sample sample(c.platform);
  const Event event = (c.form ? sample.form(c.body) : sample.json(c.body)).event();
  CHECK(event.type == "message.received");
  CHECK(event.subject == c.subject);
  CHECK(event.data["message"]["text"].text_or("") == c.text);
  CHECK(event.data["message"]["conversation"].text_or("") == c.conversation);
  CHECK(event.data["message"]["direction"].text_or("") == "in");
}

TEST_CASE("what a bot of Slack's writes is not answered") {
  Sample sample("slack");
  CHECK(sample.json(R"({"type":"event_callback","event":{"type":"message","bot_id":"B1","text":"hi"}})")
            .take()
            .events.empty());
}

TEST_CASE("SendGrid tells of many mails in one list, each its own event") {
  Sample sample("sendgrid");
  const auto taken =
      sample
          .json(
              R"([{"email":"a@x.com","event":"delivered","sg_event_id":"1"},{"email":"b@x.com","event":"bounce","reason":"no","sg_event_id":"2"},)"
              R"({"email":"c@x.com","event":"deferred","sg_event_id":"3"}])")
          .take();
  REQUIRE(taken.events.size() == 2);
  CHECK(taken.events[0].event.id == "1");
  CHECK(taken.events[1].event.type == "message.bounced");
  CHECK(taken.events[1].event.subject == "customer:b@x.com");
}

TEST_CASE("a parcel's status is the shipment's event") {
  const auto [status, type] = GENERATE(table<std::string, std::string>({
      {"pre_transit", "shipment.created"},
      {"in_transit", "shipment.in_transit"},
      {"out_for_delivery", "shipment.out_for_delivery"},
      {"delivered", "shipment.delivered"},
      {"return_to_sender", "shipment.exception"},
      {"unknown", "shipment.updated"},
  }));
  Sample sample("easypost");
  CHECK(sample
            .json(R"({"id":"e","description":"tracker.updated","result":{"id":"t","status":")" + status +
                  R"(","tracking_code":"1Z"}})")
            .event()
            .type == type);
}

TEST_CASE("thin events of BigCommerce and Square bear the id of what is to be fetched") {
  Sample bigcommerce("bigcommerce"), square("square");
  CHECK(to_json(bigcommerce.json(R"({"scope":"store/order/created","data":{"type":"order","id":2}})")
                    .event()
                    .data["order"]) == R"({"id":2})");
  CHECK(
      square
          .json(
              R"({"type":"order.created","event_id":"q","data":{"object":{"order_created":{"order_id":"o1","state":"OPEN"}}}})")
          .event()
          .subject == "order:o1");
}

TEST_CASE("PayPal's captures and Adobe's orders are payments and orders") {
  Sample paypal("paypal"), adobe("adobe_commerce");
  const Event paid =
      paypal
          .json(
              R"({"id":"W1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"c1","amount":{"value":"7.47","currency_code":"USD"},"custom_id":"o1"}})")
          .event();
  CHECK(paid.type == "payment.succeeded");
  CHECK(paid.subject == "order:o1");
  const Event placed =
      adobe
          .json(
              R"({"id":"a1","type":"com.adobe.commerce.shop.observer.sales_order_save_commit_after","data":{"value":)"
              R"({"_isNew":true,"entity_id":"5","increment_id":"0005","grand_total":"12.50","created_at":"2026-11-21 19:00:00","customer_email":"ann@example.com"}}})")
          .event();
  CHECK(placed.type == "order.placed");
  CHECK(to_json(placed.data["order"]["total"]) == "12.5");
  CHECK(to_json(placed.data["order"]["created_at"]) == R"("2026-11-21T19:00:00Z")");
}

TEST_CASE("a sender of one's own names the event, and its data are fitted to the schema") {
  for (const char* platform : {"custom", "standard_webhooks"}) {
    INFO(platform);
    Sample known(platform), own(platform), nameless(platform);
    const Event event =
        known.json(R"({"type":"order.placed","data":{"order":{"id":1,"total":"5","made_up":1},"other":{}}})")
            .event();
    CHECK(to_json(event.data["order"]) == R"({"id":1,"total":5.0})");
    CHECK(event.data["other"].is_null());
    Arena arena;
    CHECK(nameless.json(R"({"type":"nonsense","data":{}})").take().events.empty());
  }
}

TEST_CASE("a platform asks whether somebody listens") {
  const auto [platform, query, answer] = GENERATE(table<std::string, std::string, std::string>({
      {"whatsapp", "hub.mode=subscribe&hub.verify_token=t+1&hub.challenge=12%2B3", "12+3"},
      {"messenger", "hub.verify_token=t+1&hub.challenge=9", "9"},
      {"instagram", "hub.verify_token=t&hub.challenge=9", "bad_token"},
      {"whatsapp", "hub.challenge=9", "bad_token"},
      {"whatsapp", "", "bad_token"},
      {"shopify", "hub.verify_token=t+1&hub.challenge=9", "no_challenge"},
      {"adobe_commerce", "challenge=abc", "abc"},
  }));
  INFO(platform << " " << query);
  const auto got = answer_challenge(*find_platform(platform), "t 1", query);
  CHECK((got ? *got : got.error().code) == answer);
  if (platform == "whatsapp")
    CHECK_FALSE(answer_challenge(*find_platform(platform), "", "hub.verify_token=&hub.challenge=9"));
}

TEST_CASE("Slack's challenge is answered only when it is signed") {
  Sample sample("slack");
  const auto taken = sample.json(R"({"type":"url_verification","challenge":"abc"})").take();
  CHECK(taken.challenge == "abc");
  CHECK(taken.events.empty());
  Delivery unsigned_one;
  unsigned_one.body = R"({"type":"url_verification","challenge":"abc"})";
  Arena arena;
  CHECK_FALSE(unsigned_one.take_by(*find_platform("slack"), arena));
}

TEST_CASE("a body with too many things in it is refused whole") {
  std::string body = "[";
  for (std::size_t i = 0; i <= events_max; ++i)
    body += std::string(i > 0 ? "," : "") + R"({"event":"delivered"})";
  Delivery delivery;
  delivery.body = body + "]";
  delivery.headers["Authorization"] = "Basic YTpi";
  Arena arena;
  const auto taken =
      delivery.take_by(*find_platform("sendgrid"), arena, {.current = "basic:a:b", .previous = {}});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == "too_many_events");
}

TEST_CASE("a customer's message is one event by the channel's own id, however often and with whatever beside it it comes") {
  struct Case {
    std::string platform, once, again, other;  // the same message told anew, and another one that says the same
    bool form = false;
  };
  const auto whatsapp = [](const std::string& id, const std::string& more) {
    return R"({"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{)" + more + R"(},"messages":[{"id":")" + id + R"(","from":"34600","timestamp":"1800000000","type":"text","text":{"body":"hi"}}]}}]}]})";
  };
  const auto telegram = [](const std::string& id, const std::string& more) {
    return R"({"update_id":)" + id + R"(,"message":{"message_id":1,"date":1800000000,"from":{"id":7)" + more + R"(},"chat":{"id":9},"text":"hi"}})";
  };
  const auto meta = [](const std::string& id, const std::string& more) {
    return R"({"object":"page","entry":[{"id":"p")" + more + R"(,"messaging":[{"sender":{"id":"u"},"recipient":{"id":"p"},"timestamp":1800000000000,"message":{"mid":")" + id + R"(","text":"hi"}}]}]})";
  };
  const auto twilio = [](const std::string& id, const std::string& more) { return "MessageSid=" + id + "&From=%2B34600&To=%2B34911&NumMedia=0&Body=hi" + more; };
  const auto slack = [](const std::string& id, const std::string& more) {
    return R"({"type":"event_callback","event_id":")" + id + "\"" + more + R"(,"event":{"type":"message","user":"U1","channel":"C1","text":"hi","ts":"1800000000.1"}})";
  };
  const Case c = GENERATE_COPY(Case{"whatsapp", whatsapp("w1", ""), whatsapp("w1", R"("display_phone_number":"34911")"), whatsapp("w2", "")},
                               Case{"telegram", telegram("1", ""), telegram("1", R"(,"language_code":"en")"), telegram("2", "")},
                               Case{"messenger", meta("m1", ""), meta("m1", R"(,"time":7)"), meta("m2", "")},
                               Case{"instagram", meta("m1", ""), meta("m1", R"(,"time":7)"), meta("m2", "")},
                               Case{"twilio", twilio("SM1", ""), twilio("SM1", "&FromCountry=ES"), twilio("SM2", ""), true},
                               Case{"twilio", twilio("SM1", "&MessageStatus=sent"), twilio("SM1", "&MessageStatus=sent&ApiVersion=1"), twilio("SM1", "&MessageStatus=delivered"), true},
                               Case{"slack", slack("E1", ""), slack("E1", R"(,"token":"x")"), slack("E2", "")});
  INFO(c.platform);
  const auto id_of = [&](const std::string& body) {
    Sample sample(c.platform);
    return std::string((c.form ? sample.form(body) : sample.json(body)).event().id);
  };
  CHECK(id_of(c.once) == id_of(c.again));
  CHECK(id_of(c.once) != id_of(c.other));
}

TEST_CASE("a conversation that another app has is left alone") {
  const std::string platform = GENERATE(as<std::string>{}, "messenger", "instagram");
  Sample sample(platform);
  const WebhookTaken taken = sample.json(R"({"object":"page","entry":[{"standby":[{"sender":{"id":"u"},"recipient":{"id":"p"},"timestamp":1800000000000,"message":{"mid":"m","text":"hi"}}]}]})").take();
  CHECK(taken.events.empty());
}

TEST_CASE("what comes with a message is told of alike, whoever brings it") {
  struct Case {
    std::string platform, body, told;
    bool form = false;
  };
  const auto whatsapp = [](const std::string& what) {
    return R"({"entry":[{"changes":[{"field":"messages","value":{"metadata":{},"messages":[{"id":"w","from":"34600","timestamp":"1800000000",)" + what + "}]}}]}]}";
  };
  const auto telegram = [](const std::string& what) {
    return R"({"update_id":1,"message":{"message_id":1,"date":1800000000,"from":{"id":7},"chat":{"id":9},)" + what + "}}";
  };
  const auto messenger = [](const std::string& what) {
    return R"({"object":"page","entry":[{"messaging":[{"sender":{"id":"u"},"recipient":{"id":"p"},"timestamp":1800000000000,"message":{"mid":"m","attachments":[)" + what + "]}}]}]}";
  };
  const Case c = GENERATE_COPY(
      Case{"whatsapp", whatsapp(R"("type":"image","image":{"id":"i1","mime_type":"image/jpeg","sha256":"x","caption":"broken"})"), R"([{"kind":"image","id":"i1","type":"image/jpeg"}])"},
      Case{"whatsapp", whatsapp(R"("type":"audio","audio":{"id":"a1","mime_type":"audio/ogg; codecs=opus","voice":true})"), R"([{"kind":"audio","id":"a1","type":"audio/ogg; codecs=opus"}])"},
      Case{"whatsapp", whatsapp(R"("type":"document","document":{"id":"d1","mime_type":"application/pdf","filename":"bill.pdf"})"), R"([{"kind":"document","id":"d1","type":"application/pdf","name":"bill.pdf"}])"},
      Case{"whatsapp", whatsapp(R"("type":"location","location":{"latitude":40.4,"longitude":-3.7,"name":"Home"})"), R"([{"kind":"location","name":"Home","latitude":40.4,"longitude":-3.7}])"},
      Case{"whatsapp", whatsapp(R"("type":"contacts","contacts":[{"name":{"formatted_name":"Bo"},"phones":[{"phone":"+34 1"}]}])"), R"([{"kind":"contact","name":"Bo","phone":"+34 1"}])"},
      Case{"telegram", telegram(R"("photo":[{"file_id":"s","file_size":10},{"file_id":"l","file_size":900}])"), R"([{"kind":"image","id":"l","size":900}])"},
      Case{"telegram", telegram(R"("voice":{"file_id":"v","mime_type":"audio/ogg","duration":3,"file_size":7})"), R"([{"kind":"audio","id":"v","type":"audio/ogg","size":7}])"},
      Case{"telegram", telegram(R"("document":{"file_id":"d","file_name":"bill.pdf","mime_type":"application/pdf","file_size":7})"), R"([{"kind":"document","id":"d","type":"application/pdf","name":"bill.pdf","size":7}])"},
      Case{"messenger", messenger(R"({"type":"image","payload":{"url":"https://x.example/1.jpg"}},{"type":"file","payload":{"url":"https://x.example/2.pdf"}})"),
           R"([{"kind":"image","url":"https://x.example/1.jpg"},{"kind":"document","url":"https://x.example/2.pdf"}])"},
      Case{"instagram", messenger(R"({"type":"video","payload":{"url":"https://x.example/1.mp4"}})"), R"([{"kind":"video","url":"https://x.example/1.mp4"}])"},
      Case{"twilio", "MessageSid=MM1&From=%2B34600&To=%2B34911&Body=&NumMedia=1&MediaUrl0=https%3A%2F%2Fapi.twilio.com%2FMedia%2FME1&MediaContentType0=image%2Fpng",
           R"([{"kind":"image","id":"ME1","type":"image/png","url":"https://api.twilio.com/Media/ME1"}])", true},
      Case{"postmark", R"({"From":"a@example.com","To":"s@example.com","TextBody":"hi","MessageID":"1","Headers":[],"Attachments":[{"Name":"a.png","ContentType":"image/png","ContentLength":5,"ContentID":""}]})",
           R"([{"kind":"image","type":"image/png","name":"a.png","size":5}])"},
      Case{"sendgrid", "from=a%40example.com&to=s%40example.com&text=hi&headers=A%3A+b%0A&attachment-info=%7B%22attachment1%22%3A%7B%22filename%22%3A%22a.pdf%22%2C%22type%22%3A%22application%2Fpdf%22%7D%7D",
           R"([{"kind":"document","id":"attachment1","type":"application/pdf","name":"a.pdf"}])", true},
      Case{"mailgun", "recipient=s%40example.com&sender=a%40example.com&body-plain=hi&timestamp=1800000000&token=t&attachments=%5B%7B%22url%22%3A%22https%3A%2F%2Fx%2F1%22%2C%22content-type%22%3A%22image%2Fpng%22%2C%22name%22%3A%22a.png%22%2C%22size%22%3A5%7D%5D",
           R"([{"kind":"image","type":"image/png","name":"a.png","size":5,"url":"https://x/1"}])", true});
  INFO(c.platform << " " << c.body);
  Sample sample(c.platform);
  const Event event = (c.form ? sample.form(c.body) : sample.json(c.body)).event();
  Arena arena;
  const auto told = parse_json(c.told, arena);
  REQUIRE(told);
  CHECK(same(event.data["message"]["attachments"], *told));
}

TEST_CASE("a mail that a machine wrote is known by its headers (RFC 3834)") {
  struct Case {
    std::string platform, body;
    bool form;
    Value automatic;
  };
  const std::string mailgun = "recipient=s%40example.com&sender=a%40example.com&body-plain=hi&timestamp=1800000000&token=t";
  const std::string postmark = R"({"From":"a@example.com","To":"s@example.com","TextBody":"hi","MessageID":"1","Headers":[)";
  const std::string sendgrid = "from=a%40example.com&to=s%40example.com&text=hi&headers=Message-ID%3A+%3C1%40x%3E%0A";
  const auto c = GENERATE_COPY(
      Case{"mailgun", mailgun, true, false}, Case{"mailgun", mailgun + "&Auto-Submitted=auto-replied", true, true},
      Case{"mailgun", mailgun + "&Auto-Submitted=No", true, false}, Case{"mailgun", mailgun + "&Precedence=bulk", true, true},
      Case{"mailgun", mailgun + "&List-Id=%3Cnews.x%3E", true, true}, Case{"mailgun", mailgun + "&Precedence=first-class&X-Autoreply=yes", true, true},
      Case{"postmark", postmark + "]}", false, false},
      Case{"postmark", postmark + R"({"Name":"Auto-submitted","Value":"auto-generated; x=1"}]})", false, true},
      Case{"postmark", postmark + R"({"Name":"Precedence","Value":"first-class"}]})", false, false},
      Case{"postmark", postmark + R"({"Name":"Return-Path","Value":"<>"}]})", false, true},
      Case{"sendgrid", sendgrid + "Auto-Submitted%3A+no%0AList-ID%3A+%3Cnews.x%3E%0A", true, true},
      Case{"sendgrid", sendgrid, true, false}, Case{"sendgrid", sendgrid + "Auto-Submitted%3A+auto-replied%0A", true, true},
      Case{"sendgrid", sendgrid + "Precedence%3A+list%0A", true, true});
  INFO(c.platform << " " << c.body);
  Sample sample(c.platform);
  const Event event = (c.form ? sample.form(c.body) : sample.json(c.body)).event();
  CHECK(same(event.data["message"]["automatic"], c.automatic));
}

TEST_CASE("a button that was tapped in Telegram is its words, and whoever tapped it is told that it was heard") {
  Sample sample("telegram");
  sample.json(R"({"update_id":6,"callback_query":{"id":"cb1","from":{"id":7,"first_name":"Ann"},"data":"2","message":{"message_id":4,"chat":{"id":9},)"
              R"("reply_markup":{"inline_keyboard":[[{"text":"A","callback_data":"A"}],[{"text":"A long title","callback_data":"2"}]]}}}})");
  const WebhookTaken taken = sample.take();
  REQUIRE(taken.events.size() == 1);
  const Value message = taken.events[0].event.data["message"];
  CHECK(message["button"].text_or("") == "A long title");
  CHECK(message["text"].text_or("") == "A long title");
  CHECK(taken.answer == R"({"method":"answerCallbackQuery","callback_query_id":"cb1"})");
  Sample plain("telegram");
  plain.json(R"({"update_id":5,"message":{"message_id":1,"from":{"id":7},"chat":{"id":9},"date":1800000000,"text":"hi"}})");
  CHECK_FALSE(plain.take().answer);
}

TEST_CASE("a mail belongs to the thread that its first reference names, at each sender of mails, without what it quotes") {
  struct Case {
    std::string platform, body;
    bool form;
  };
  const Case c = GENERATE(
      Case{"sendgrid", "from=ann%40example.com&to=s&subject=s&text=2%0A%0A%3E%20Which%3F&headers=Message-ID%3A+%3C3%40x%3E%0AReferences%3A+%3C1%40x%3E%0A+%3C2%40x%3E%0AIn-Reply-To%3A+%3C2%40x%3E%0A", true},
      Case{"mailgun", "recipient=s%40x&sender=ann%40example.com&from=ann%40example.com&body-plain=2%0A%0A%3E%20Which%3F&timestamp=1800000000&token=t&Message-Id=%3C3%40x%3E&References=%3C1%40x%3E%20%3C2%40x%3E", true},
      Case{"postmark", R"({"From":"ann@example.com","To":"s","Subject":"s","TextBody":"2\n\n> Which?","MessageID":"9","Headers":[{"Name":"Message-ID","Value":"<3@x>"},{"Name":"References","Value":"<1@x> <2@x>"}]})", false});
  INFO(c.platform);
  Sample sample(c.platform);
  const Event event = (c.form ? sample.form(c.body) : sample.json(c.body)).event();
  CHECK(event.data.at_path("message.conversation").text_or("") == "1@x");
  CHECK(event.data.at_path("conversation.id").text_or("") == "1@x");
  CHECK(event.data.at_path("message.text").text_or("") == "2");
}
