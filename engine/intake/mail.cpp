#include "intake/mail.h"

#include "base/automatic_mail.h"
#include "base/time.h"
#include "base/utf8.h"

#include <shopbell/text.h>

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

namespace shopbell {
namespace {

constexpr std::size_t references_max = 100;

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

struct Free {
  void operator()(char* text) const { g_free(text); }
};
using OwnedText = std::unique_ptr<char, Free>;

std::string utf8(const char* text) {
  std::string made(text == nullptr ? "" : text);
  if (utf8_valid(made)) return made;
  const OwnedText valid(g_utf8_make_valid(made.data(), static_cast<gssize>(made.size())));
  return valid.get();
}

std::string header(GMimeMessage* message, const char* name) {
  return utf8(g_mime_object_get_header(GMIME_OBJECT(message), name));
}

// "Name <address>" of each. A comment is no name (RFC 5322, 3.2.2); what cannot be read stays as it came.
std::string addresses(GMimeMessage* message, const char* name) {
  const std::string text = header(message, name);
  const Owned<InternetAddressList> list(internet_address_list_parse(nullptr, text.c_str()));
  std::string made;
  for (int i = 0; list && i < internet_address_list_length(list.get()); ++i) {
    InternetAddress* one = internet_address_list_get_address(list.get(), i);
    if (!INTERNET_ADDRESS_IS_MAILBOX(one)) return text;
    const std::string address = utf8(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)));
    const std::string person = utf8(internet_address_get_name(one));
    if (address.empty()) return text;
    if (i > 0) made += ", ";
    made += person.empty() || text.find('<') == std::string::npos ? address : person + " <" + address + ">";
  }
  return made.empty() ? text : made;
}

// Without angle brackets, of several the first.
std::string bare_id(std::string text) {
  const std::size_t from = text.find('<');
  if (from == std::string::npos) return text;
  const std::size_t to = std::min(text.find('>', from), text.size());
  return text.substr(from + 1, to - from - 1);
}

std::vector<std::string> ids_of(std::string_view text) {
  std::vector<std::string> ids;
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string_view::npos && ids.size() < references_max; ++at)
    ids.push_back(bare_id(std::string(text.substr(at))));
  return ids;
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return text;
}

std::string type_of(GMimeObject* object) {
  const OwnedText type(g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object)));
  return lower(type.get());
}

std::string decoded(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (content == nullptr) return {};
  const Owned<GMimeStream> to(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, to.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(to.get()));
  return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

class Parts {
 public:
  MailPart read(GMimeObject* object, int depth) {
    MailPart part;
    if (object == nullptr || ++count_ > mail_parts_max) return part;
    part.content_type = type_of(object);
    if (depth >= mail_depth_max) return part;
    if (GMIME_IS_MULTIPART(object)) {
      GMimeMultipart* many = GMIME_MULTIPART(object);
      for (int i = 0; i < g_mime_multipart_get_count(many) && count_ <= mail_parts_max; ++i)
        part.parts.push_back(read(g_mime_multipart_get_part(many, i), depth + 1));
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      if (inner != nullptr) part.parts.push_back(read(g_mime_message_get_mime_part(inner), depth + 1));
    } else if (GMIME_IS_PART(object)) {
      read_leaf(GMIME_PART(object), part);
      if (part.content_type == "message/delivery-status") split_status(part);
    }
    return part;
  }
  bool too_many() const { return count_ > mail_parts_max; }

 private:
  // RFC 3464: blocks of fields, of the mail and of each recipient, with an empty line between them; each is a header
  // without a body.
  void split_status(MailPart& part) {
    std::string_view left = part.content;
    while (!left.empty() && ++count_ <= mail_parts_max) {
      const std::size_t end = std::min({left.find("\n\n"), left.find("\n\r\n"), left.size()});
      MailPart block;
      block.content_type = "text/plain";
      block.text = utf8(std::string(left.substr(0, end)).c_str());
      part.parts.push_back(std::move(block));
      left.remove_prefix(end);
      left.remove_prefix(std::min(left.find_first_not_of("\r\n"), left.size()));
    }
  }

  static void read_leaf(GMimePart* from, MailPart& part) {
    part.filename = utf8(g_mime_part_get_filename(from));
    part.content = decoded(from);
    const char* disposition = g_mime_object_get_disposition(GMIME_OBJECT(from));
    part.attached = disposition != nullptr && g_ascii_strcasecmp(disposition, "attachment") == 0;
    if (!GMIME_IS_TEXT_PART(from)) return;
    const OwnedText text(g_mime_text_part_get_text(GMIME_TEXT_PART(from)));
    part.text = utf8(text.get());
  }

  std::size_t count_ = 0;
};

bool is_file(const MailPart& part) {
  return part.attached || !part.filename.empty() || !part.content_type.starts_with("text/");
}

/// The first leaf of that type that is no file.
const MailPart* find_text(const MailPart& part, std::string_view type) {
  if (part.parts.empty()) return part.content_type == type && !is_file(part) ? &part : nullptr;
  if (part.content_type == "message/rfc822") return nullptr;  // what was forwarded is not what was said
  for (const MailPart& inner : part.parts)
    if (const MailPart* found = find_text(inner, type)) return found;
  return nullptr;
}

void list_files(const MailPart& part, ListBuilder& to, Arena& arena) {
  for (const MailPart& inner : part.parts) list_files(inner, to, arena);
  if (!part.parts.empty() || !is_file(part)) return;
  MapBuilder file(arena);
  if (!part.filename.empty()) file.add("name", arena.copy(part.filename));
  file.add("type", arena.copy(part.content_type)).add("size", Value(static_cast<std::int64_t>(part.content.size())));
  to.add(file.build());
}

}  // namespace

namespace {

/// A field of a block of fields, its value behind "type;" (RFC 3464, 2.1.2), unfolded.
std::string field(std::string_view block, std::string_view name) {
  std::string value;
  bool within = false;
  while (!block.empty()) {
    const std::string_view line = block.substr(0, block.find('\n'));
    block.remove_prefix(std::min(block.size(), line.size() + 1));
    const bool folded = line.starts_with(' ') || line.starts_with('\t');
    if (within && !folded) break;
    const std::size_t colon = std::min(line.find(':'), line.size());
    if (within) value.append(" ").append(trimmed(line));
    else if (colon < line.size() && lower(std::string(line.substr(0, colon))) == name) {
      within = true;
      value = trimmed(line.substr(colon + 1));
    }
  }
  const std::size_t kind = value.find(';');
  return std::string(trimmed(kind == std::string::npos ? value : value.substr(kind + 1)));
}

/// The part of that type, wherever it is; nullptr: none.
GMimeObject* find_part(GMimeObject* object, std::string_view type, int depth) {
  if (object == nullptr || depth > 3) return nullptr;
  if (type_of(object) == type) return object;
  if (!GMIME_IS_MULTIPART(object)) return nullptr;
  for (int i = 0; i < std::min(g_mime_multipart_get_count(GMIME_MULTIPART(object)), 10); ++i)
    if (GMimeObject* found = find_part(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), type, depth + 1)) return found;
  return nullptr;
}

std::string id_of_returned(GMimeObject* root) {
  if (GMimeObject* whole = find_part(root, "message/rfc822", 0); whole != nullptr && GMIME_IS_MESSAGE_PART(whole))
    if (GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(whole))) return bare_id(header(inner, "Message-Id"));
  GMimeObject* head = find_part(root, "text/rfc822-headers", 0);
  if (head == nullptr) head = find_part(root, "message/rfc822-headers", 0);
  return head != nullptr && GMIME_IS_PART(head) ? bare_id(field(decoded(GMIME_PART(head)), "message-id")) : std::string();
}

std::optional<DeliveryReport> report_of(GMimeMessage* message) {
  GMimeObject* root = g_mime_message_get_mime_part(message);
  GMimeObject* status = find_part(root, "message/delivery-status", 0);
  if (status == nullptr || !GMIME_IS_PART(status)) return {};
  const std::string blocks = utf8(decoded(GMIME_PART(status)).c_str());
  std::size_t at = std::min(blocks.find("\n\n"), blocks.find("\n\r\n"));  // behind what is about the mail as a whole
  if (at == std::string::npos) at = 0;
  const std::string_view of = std::string_view(blocks).substr(std::min(blocks.find_first_not_of("\r\n", at), blocks.size()));
  DeliveryReport report{lower(field(of, "action")), field(of, "status"), field(of, "final-recipient"), field(of, "diagnostic-code"), id_of_returned(root)};
  if (report.recipient.empty()) report.recipient = field(of, "original-recipient");
  if (report.action.empty()) return {};
  return report;
}

Value report_value(const DeliveryReport& report, Arena& arena) {
  MapBuilder made(arena);
  for (const auto& [name, text] : {std::pair{"action", &report.action}, {"status", &report.status}, {"recipient", &report.recipient}, {"why", &report.why}, {"message_id", &report.message_id}})
    if (!text->empty()) made.add(name, arena.copy(*text));
  return made.build();
}

}  // namespace

Result<Mail5322> read_mail(std::string_view raw) {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(raw.data(), raw.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (raw.empty()) return fail("bad_mail", "this is no mail: it is empty");
  Mail5322 mail;
  if (!message) {  // no header: all of it is what was said
    mail.body = {"text/plain", {}, std::string(raw), utf8(std::string(raw).c_str()), false, {}};
    return mail;
  }
  mail.from = addresses(message.get(), "From");
  mail.to = addresses(message.get(), "To");
  mail.cc = addresses(message.get(), "Cc");
  mail.reply_to = addresses(message.get(), "Reply-To");
  mail.subject = header(message.get(), "Subject");
  mail.message_id = bare_id(header(message.get(), "Message-Id"));
  mail.in_reply_to = bare_id(header(message.get(), "In-Reply-To"));
  mail.references = ids_of(header(message.get(), "References"));
  mail.auto_submitted = header(message.get(), "Auto-Submitted");
  mail.automatic = is_automatic_mail([&](const char* name) { return header(message.get(), name); });
  if (GDateTime* date = g_mime_message_get_date(message.get())) mail.date = from_ms(g_date_time_to_unix(date) * 1000);
  Parts parts;
  mail.body = parts.read(g_mime_message_get_mime_part(message.get()), 0);
  mail.report = report_of(message.get());
  if (parts.too_many()) return fail("too_many_parts", "the mail has more than " + std::to_string(mail_parts_max) + " parts");
  return mail;
}

Value mail_value(const Mail5322& mail, Arena& arena) {
  MapBuilder made(arena);
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) made.add(name, arena.copy(value));
  };
  text("from", mail.from);
  text("to", mail.to);
  text("cc", mail.cc);
  text("answers_to", mail.reply_to);
  text("subject", mail.subject);
  if (mail.date) text("date", format_rfc3339(*mail.date));
  text("message_id", mail.message_id);
  text("in_reply_to", mail.in_reply_to);
  if (!mail.references.empty()) {
    ListBuilder ids(arena);
    for (const std::string& id : mail.references) ids.add(arena.copy(id));
    made.add("references", ids.build());
  }
  text("auto_submitted", mail.auto_submitted);
  if (mail.automatic) made.add("automatic", Value(true));
  if (mail.report) made.add("report", report_value(*mail.report, arena));
  if (const MailPart* plain = find_text(mail.body, "text/plain")) text("text", plain->text);
  if (const MailPart* html = find_text(mail.body, "text/html")) text("html", html->text);
  ListBuilder files(arena);
  list_files(mail.body, files, arena);
  made.add("attachments", files.build());
  return made.build();
}

}  // namespace shopbell
