#include "client/outputs/shard_writer.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

std::string ErrnoText() { return errno != 0 ? std::strerror(errno) : "write failed"; }

}  // namespace

int ShardLevel(const RowText& text, int64_t rows, int64_t flat_bytes) {
  // Quotes may double text; 64 bytes for names and punctuation.
  const int64_t average = rows > 0 ? 2 * flat_bytes / rows + 64 : 64;
  const int64_t line = text.LineBytesMax().value_or(average);
  const int64_t budget = kShardBytesMax - static_cast<int64_t>(text.Header().size());
  int level = 0;
  while (level < kShardLevelMax && (line << (level + 1)) <= budget) ++level;
  return level;
}

absl::Status WriteFileAtomically(const std::string& path, std::string_view bytes) {
  const std::string temporary = absl::StrCat(path, ".tmp-", getpid());
  errno = 0;
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) {
      const std::string why = ErrnoText();
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      return absl::UnavailableError(absl::StrCat("'", path, "' cannot be written: ", why));
    }
  }
  std::error_code error;
  std::filesystem::rename(temporary, path, error);
  if (error) return absl::UnavailableError(absl::StrCat("'", path, "' cannot be written: ", error.message()));
  return absl::OkStatus();
}

ShardWriter::ShardWriter(std::string folder, Schema schema, TableFormat format, int level)
    : folder_(std::move(folder)), schema_(schema), format_(format), text_(std::move(schema), format), level_(level) {}

absl::Status ShardWriter::DiskError(const std::string& file) const {
  return absl::UnavailableError(absl::StrCat("'", folder_, "/", file, "' cannot be written: ", ErrnoText()));
}

absl::Status ShardWriter::OpenShard() {
  Shard shard;
  shard.file = absl::StrFormat("part-%05d.%s", shards_.size(), format_ == TableFormat::kCsv ? "csv" : "jsonl");
  errno = 0;
  file_.open((std::filesystem::path(folder_) / shard.file).string(), std::ios::binary | std::ios::trunc);
  if (!file_) return DiskError(shard.file);
  shards_.push_back(std::move(shard));
  hash_ = std::make_unique<Sha256Stream>();
  buffer_ = text_.Header();
  return absl::OkStatus();
}

absl::Status ShardWriter::Flush() {
  Shard& shard = shards_.back();
  shard.bytes += static_cast<int64_t>(buffer_.size());
  if (shard.bytes > kShardBytesMax && level_ > 0) {
    return absl::OutOfRangeError(
        absl::StrCat(shard.file, " of 2^", level_, " rows exceeds ", kShardBytesMax, " bytes"));
  }
  errno = 0;
  file_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  if (!file_) return DiskError(shard.file);
  hash_->Update(buffer_);
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status ShardWriter::CloseShard() {
  MOTE_RETURN_IF_ERROR(Flush());
  file_.close();
  if (!file_) return DiskError(shards_.back().file);
  shards_.back().sha256 = hash_->Finish().Hex();
  hash_.reset();
  return absl::OkStatus();
}

absl::Status ShardWriter::Append(const TableView& rows) {
  for (int64_t row = 0; row < rows.rows(); ++row) {
    if (hash_ == nullptr) MOTE_RETURN_IF_ERROR(OpenShard());
    text_.Append(rows, row, &buffer_);
    ++rows_;
    ++shards_.back().rows;
    if (buffer_.size() >= kBufferBytes) MOTE_RETURN_IF_ERROR(Flush());
    if (shards_.back().rows == int64_t{1} << level_) MOTE_RETURN_IF_ERROR(CloseShard());
  }
  return absl::OkStatus();
}

absl::Status ShardWriter::Finish(const Digest& digest) {
  if (shards_.empty()) MOTE_RETURN_IF_ERROR(OpenShard());
  if (hash_ != nullptr) MOTE_RETURN_IF_ERROR(CloseShard());
  OrderedJson manifest = OrderedJson::object();
  manifest["schema"] = OrderedJson::array();
  for (const Column& column : schema_.columns) {
    manifest["schema"].push_back(
        OrderedJson{{"name", column.name}, {"type", std::string(Name(column.dtype))}, {"width", column.width}});
  }
  manifest["rows"] = rows_;
  manifest["shards"] = OrderedJson::array();
  for (const Shard& shard : shards_) {
    manifest["shards"].push_back(
        OrderedJson{{"file", shard.file}, {"rows", shard.rows}, {"bytes", shard.bytes}, {"sha256", shard.sha256}});
  }
  manifest["digest"] = absl::StrCat("sha256:", digest.Hex());
  return WriteFileAtomically((std::filesystem::path(folder_) / "manifest.json").string(), manifest.dump(2) + "\n");
}

}  // namespace mote::client
