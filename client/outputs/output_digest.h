// One digest of all outputs of a job: equal results, equal digests.
//
// SHA-256 over, for each output by name: u32 length and name, u8 kind (1 table,
// 2 document, 3 blob), then
//   table           u32 length and encoded schema, i64 rows, the rows' flat bytes
//   document, blob  i64 size, the bytes
// little-endian. Where rows were cut into segments or shards does not show.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "common/dataset.h"
#include "common/digest.h"

namespace mote::client {

// What stands before a table's flat bytes.
std::string TableDigestPrefix(const Schema& schema, int64_t rows);

absl::StatusOr<Digest> DigestOfOutputs(Client& client, std::vector<v1::OutputStatus> outputs);

}  // namespace mote::client
