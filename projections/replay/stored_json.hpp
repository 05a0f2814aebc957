#pragma once

#include <boost/asio/awaitable.hpp>

#include "projections/batch.hpp"
#include "projections/ports/read_model_rows.hpp"

namespace chat {

/// Writes the batch's metadata as the read model will: rows that are made of it can then be compared with stored ones.
asio::awaitable<void> write_as_stored(ReadModelRows& model, Batch& batch);

}  // namespace chat
