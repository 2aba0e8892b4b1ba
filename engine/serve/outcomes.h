#pragma once
// What came of the shop's own calls, for a backtest that answers them as they were answered then.

#include "play/model.h"
#include "store/store.h"

namespace shopbell {

/// By the answers in the journal that came at `since` or later. Errors: the reader's, "store_broken".
Result<void> read_outcomes(Reader& reader, Time since, play::Model& model);

}  // namespace shopbell
