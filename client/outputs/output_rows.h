// An output's content piece by piece, whatever its kind and size.
#pragma once

#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "common/dataset.h"
#include "common/table.h"

namespace mote::client {

// The dataset of a table output. InvalidArgument: it is no table, or not one that
// this version reads.
absl::StatusOr<Dataset> ReadDataset(Client& client, const v1::OutputStatus& output);

// The rows of a table in mote's own encoding, segment by segment.
absl::Status ForEachSegment(Client& client, const Dataset& dataset,
                            const std::function<absl::Status(const TableView&, std::string_view flat)>& visit);

// The text of a table that is an input as it stands.
//
// Unimplemented: it lies at a path that workers see, not in the store.
absl::Status ReadSourceText(Client& client, const Dataset& dataset,
                            const std::function<absl::Status(std::string_view)>& visit);

// The bytes of a document or blob, in pieces of at most kBlobBytesMax.
absl::Status ForEachPiece(Client& client, const v1::OutputStatus& output,
                          const std::function<absl::Status(std::string_view)>& visit);

}  // namespace mote::client
