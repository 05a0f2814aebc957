#pragma once

#include <cstdint>
#include <optional>

#include "events/ids.hpp"

namespace chat {

/// Of a partition of a read model: grows whenever its rows become others than the batches that were committed made
/// them, by a repair or by an exchange of read models. Whoever keeps what it had read or committed then reads it again.
using Edition = Named<struct EditionTag, std::int64_t>;

/// How far a partition is applied to a read model. `last` is the id (ce_id) of the record at `next_offset - 1`; nothing
/// at offset 0, or if that record is no event of ours. A checkpoint is a view of the log too: the id is compared with
/// what the log holds there before the checkpoint is believed.
struct Checkpoint {
    NextOffset next_offset;
    std::optional<EventId> last;
    Edition edition{};

    bool operator==(const Checkpoint&) const = default;
};

}  // namespace chat
