// Named outputs as files: tables as directories of shards with a manifest, documents
// as JSON and a readable text, models as .safetensors, other bytes as .bin.
#pragma once

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "client/client.h"

namespace mote::client {

// Writes one output into `folder` (made if missing): <name>/ for a table,
// <name>.json (and .txt) for a document, <name>.safetensors or <name>.bin for bytes.
// What stood there under that name is replaced, all at once.
//
// Returns the path that was written.
//   Unavailable      the disk refused, or the coordinator went away
//   InvalidArgument  a name that is no file name
absl::StatusOr<std::string> WriteOutput(Client& client, const v1::OutputStatus& output, const std::string& folder);

// The content for reading: a document's report (JSON where there is none, or where
// `as_json`), a table as CSV or JSON lines, other bytes as they are.
absl::Status PrintOutput(Client& client, const v1::OutputStatus& output, bool as_json, std::ostream& out);

// True for safetensors: u64 length of the header, then that much JSON.
bool IsSafetensors(std::string_view beginning, int64_t bytes);

// Before a job runs for hours: whether `folder` is there, or can be made, and written.
//
// InvalidArgument: it is not; names what stands in the way
absl::Status CheckWritable(const std::string& folder);

}  // namespace mote::client
