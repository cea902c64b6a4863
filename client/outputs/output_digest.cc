#include "client/outputs/output_digest.h"

#include <algorithm>

#include "client/outputs/output_rows.h"
#include "common/bytes.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

absl::Status AddTable(Client& client, const v1::OutputStatus& output, Sha256Stream* hash) {
  MOTE_ASSIGN_OR_RETURN(const Dataset dataset, ReadDataset(client, output));
  hash->Update(TableDigestPrefix(dataset.schema, dataset.rows));
  const auto update = [hash](std::string_view bytes) {
    hash->Update(bytes);
    return absl::OkStatus();
  };
  // Text formats: an input that is an output as it stands.
  if (dataset.format != DatasetFormat::kRows) return ReadSourceText(client, dataset, update);
  return ForEachSegment(client, dataset, [&](const TableView&, std::string_view flat) { return update(flat); });
}

absl::Status AddBytes(Client& client, const v1::OutputStatus& output, Sha256Stream* hash) {
  std::string size;
  ByteWriter(&size).Put(output.bytes());
  hash->Update(size);
  return ForEachPiece(client, output, [hash](std::string_view bytes) {
    hash->Update(bytes);
    return absl::OkStatus();
  });
}

}  // namespace

std::string TableDigestPrefix(const Schema& schema, int64_t rows) {
  std::string prefix;
  ByteWriter writer(&prefix);
  writer.PutString(schema.Encode());
  writer.Put(rows);
  return prefix;
}

absl::StatusOr<Digest> DigestOfOutputs(Client& client, std::vector<v1::OutputStatus> outputs) {
  std::sort(outputs.begin(), outputs.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
  Sha256Stream hash;
  for (const v1::OutputStatus& output : outputs) {
    std::string head;
    ByteWriter writer(&head);
    writer.PutString(output.name());
    writer.Put(static_cast<uint8_t>(output.kind()));
    hash.Update(head);
    MOTE_RETURN_IF_ERROR(output.kind() == v1::OUTPUT_KIND_TABLE ? AddTable(client, output, &hash)
                                                                : AddBytes(client, output, &hash));
  }
  return hash.Finish();
}

}  // namespace mote::client
