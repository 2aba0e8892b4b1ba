#pragma once
// The form of a workflow file as JSON Schema (draft 7, the one that editors read best), made of the tables
// that the loader checks with (language.h), of the actions' parameters and of the vocabulary of events. What
// the schema refuses the loader refuses, too; the loader alone reads conditions, templates and what depends
// on other keys.

#include "load/shop.h"

#include <shopbell/arena.h>
#include <shopbell/value.h>

namespace shopbell {

/// `shop`: nullptr for any shop; then any name of the right form is taken for an event type or a template.
Value workflow_schema(const ShopNames* shop, Arena& arena);

}  // namespace shopbell
