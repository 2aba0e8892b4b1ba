#pragma once
// An event: something that happened, about somebody or something. The wire and log form is a
// CloudEvents 1.0 JSON object; this is what is left of it when it has been read.

#include <shopbell/value.h>

#include <string_view>

namespace shopbell {

struct Event {
  std::string_view id;       // the sender's id; unique per source
  std::string_view source;   // "shopify/my-shopify", "api/erp"
  std::string_view type;     // "order.placed"
  std::string_view subject;  // "customer:7", "order:1001", "product:9", "shop"
  Time at;                   // when it happened, by the sender's word
  Value data;                // the nouns: {order, customer, ..., raw}; a map
  bool stale = false;        // its subject had been told of the same thing as of a later time: see core/things.h
};

}  // namespace shopbell
