#pragma once
// What the shop files its products under, read from the products' own subjects: once, at the start.

#include "core/categories.h"
#include "store/store.h"

namespace shopbell {

/// Errors: the store's, "bad_state".
Result<Catalogue> read_catalogue(Store& store);

}  // namespace shopbell
