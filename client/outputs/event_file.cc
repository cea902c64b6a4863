#include "client/outputs/event_file.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <array>
#include <bit>

#include "absl/strings/str_cat.h"
#include "client/documents/document_kind.h"
#include "common/bytes.h"
#include "common/json.h"

namespace mote::client {
namespace {

using google::protobuf::internal::WireFormatLite;

constexpr std::array<uint32_t, 256> MakeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0);
    table[byte] = crc;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = MakeTable();

uint32_t Masked(std::string_view bytes) { return std::rotr(Crc32c(bytes), 15) + 0xA282EAD8u; }

std::string Record(std::string_view event) {
  std::string length, record;
  ByteWriter(&length).Put(static_cast<uint64_t>(event.size()));
  ByteWriter writer(&record);
  writer.PutRaw(length);
  writer.Put(Masked(length));
  writer.PutRaw(event);
  writer.Put(Masked(event));
  return record;
}

// The bytes of a message whose fields `write` puts to a WireFormatLite stream.
template <class Write>
std::string Message(Write write) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  write(&out);
  out.Trim();
  return bytes;
}

// tensorflow.Event {wall_time = 1, file_version = 3}.
std::string VersionEvent() {
  return Message([](auto* out) {
    WireFormatLite::WriteDouble(1, 0, out);
    WireFormatLite::WriteString(3, "brain.Event:2", out);
  });
}

// tensorflow.Event {wall_time = 1, step = 2, summary = 5 {value = 1 {tag = 1,
// simple_value = 2}}}.
std::string ScalarEvent(int64_t step, const std::string& tag, double figure) {
  const std::string value = Message([&](auto* out) {
    WireFormatLite::WriteString(1, tag, out);
    WireFormatLite::WriteFloat(2, static_cast<float>(figure), out);
  });
  const std::string summary = Message([&](auto* out) { WireFormatLite::WriteBytes(1, value, out); });
  return Message([&](auto* out) {
    WireFormatLite::WriteDouble(1, static_cast<double>(step), out);
    WireFormatLite::WriteInt64(2, step, out);
    WireFormatLite::WriteBytes(5, summary, out);
  });
}

std::string EpochRecords(const Json& entry) {
  const auto epoch = entry.at("epoch").get<int64_t>();
  std::string records = Record(ScalarEvent(epoch, "loss/train", entry.at("loss").get<double>()));
  const Json validation = entry.value("validation", Json::object());
  for (auto figure = validation.begin(); figure != validation.end(); ++figure) {
    if (!figure->is_number() || figure.key() == "rows") continue;
    const std::string tag = figure.key() == "loss" ? "loss/validation" : absl::StrCat("validation/", figure.key());
    records += Record(ScalarEvent(epoch, tag, figure->get<double>()));
  }
  return records;
}

}  // namespace

uint32_t Crc32c(std::string_view bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const char byte : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

std::optional<std::string> EventFile(const Json& history) {
  const DocumentKind kind = KindOf(history);
  const bool has_epochs = kind == DocumentKind::kEpochs;
  if (!has_epochs && kind != DocumentKind::kRounds) return std::nullopt;
  try {
    std::string file = Record(VersionEvent());
    for (const Json& entry : history.at(has_epochs ? "epochs" : "rounds")) {
      file += has_epochs ? EpochRecords(entry)
                         : Record(ScalarEvent(entry.at("round").get<int64_t>(), "loss/validation",
                                              entry.at("validation_loss").get<double>()));
    }
    return file;
  } catch (const Json::exception&) {
    return std::nullopt;  // another document with such fields
  }
}

}  // namespace mote::client
