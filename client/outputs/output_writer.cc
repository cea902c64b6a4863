#include "client/outputs/output_writer.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "client/outputs/event_file.h"
#include "client/outputs/output_digest.h"
#include "client/outputs/output_rows.h"
#include "client/outputs/shard_writer.h"
#include "client/pictures/document_pictures.h"
#include "client/text/report.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

namespace fs = std::filesystem;

absl::Status MakeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("the directory '", folder.string(), "' cannot be made: ", error.message()));
}

absl::Status Disk(const fs::path& path, const std::error_code& error) {
  return absl::UnavailableError(absl::StrCat("'", path.string(), "' cannot be written: ", error.message()));
}

bool IsOurs(const std::string& file) { return file == "manifest.json" || file.rfind("part-", 0) == 0; }

// Only an older output of ours may be replaced: nothing else that stands there is
// ever removed.
absl::Status CheckReplaceable(const fs::path& to) {
  std::error_code error;
  if (!fs::exists(to, error)) return absl::OkStatus();
  std::string foreign = fs::is_directory(to, error) ? "" : to.filename().string();
  for (fs::directory_iterator entry(to, error), end; foreign.empty() && !error && entry != end;
       entry.increment(error)) {
    if (!IsOurs(entry->path().filename().string())) foreign = entry->path().filename().string();
  }
  if (foreign.empty() && error) return Disk(to, error);
  if (foreign.empty() && (fs::exists(to / "manifest.json", error) || fs::is_empty(to, error))) return absl::OkStatus();
  const std::string why = foreign.empty() ? "it has no manifest.json" : absl::StrCat("it holds '", foreign, "'");
  return absl::FailedPreconditionError(
      absl::StrCat("'", to.string(), "' is not an older output of mote (", why,
                   ") and is left alone; move it away, or write elsewhere with `to:` or --output"));
}

// A finished folder takes the place of what stood there.
absl::Status ReplaceFolder(const fs::path& from, const fs::path& to) {
  MOTE_RETURN_IF_ERROR(CheckReplaceable(to));
  const fs::path old = absl::StrCat(to.string(), ".old-", getpid());
  std::error_code error, ignored;
  const bool stood = fs::exists(to, error);
  if (stood) fs::rename(to, old, error);
  if (error) return Disk(to, error);
  fs::rename(from, to, error);
  if (error) {
    if (stood) fs::rename(old, to, ignored);
    return Disk(to, error);
  }
  fs::remove_all(old, error);
  return absl::OkStatus();
}

absl::Status WriteRows(Client& client, const Dataset& dataset, TableFormat format, int level,
                       const std::string& folder) {
  ShardWriter writer(folder, dataset.schema, format, level);
  Sha256Stream hash;
  hash.Update(TableDigestPrefix(dataset.schema, dataset.rows));
  MOTE_RETURN_IF_ERROR(ForEachSegment(client, dataset, [&](const TableView& rows, std::string_view flat) {
    hash.Update(flat);
    return writer.Append(rows);
  }));
  return writer.Finish(hash.Finish());
}

// Of a file of this format that begins so; of arrays, the beginning alone tells.
std::string_view ExtensionOf(const Dataset& dataset, std::string_view beginning) {
  switch (dataset.format) {
    case DatasetFormat::kCsv:
      return "csv";
    case DatasetFormat::kArff:
      return "arff";
    case DatasetFormat::kFields:
    case DatasetFormat::kJsonl:
      return "jsonl";
    case DatasetFormat::kText:
      return "txt";
    case DatasetFormat::kArrays:
    case DatasetFormat::kRows:
      break;
  }
  if (beginning.starts_with("\x93NUMPY")) return "npy";
  return IsSafetensors(beginning, dataset.source.bytes) ? "safetensors" : "idx";
}

// An input that is an output: its file as one shard, as it was put.
absl::Status WriteSourceText(Client& client, const Dataset& dataset, const std::string& folder) {
  std::string path;
  std::ofstream file;
  MOTE_RETURN_IF_ERROR(ReadSourceText(client, dataset, [&](std::string_view bytes) {
    if (path.empty()) {
      path = absl::StrCat(folder, "/part-00000.", std::string(ExtensionOf(dataset, bytes)));
      file.open(path, std::ios::binary | std::ios::trunc);
    }
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return absl::OkStatus();
  }));
  file.close();
  if (!file) return absl::UnavailableError(absl::StrCat("'", path, "' cannot be written: ", std::strerror(errno)));
  return absl::OkStatus();
}

absl::StatusOr<std::string> WriteTable(Client& client, const v1::OutputStatus& output, const fs::path& folder) {
  MOTE_ASSIGN_OR_RETURN(const Dataset dataset, ReadDataset(client, output));
  const fs::path target = folder / output.name();
  MOTE_RETURN_IF_ERROR(CheckReplaceable(target));
  const fs::path temporary = folder / absl::StrCat(".", output.name(), ".tmp-", getpid());
  const absl::Cleanup remove = [&] {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
  };
  const TableFormat format = FormatOf(output.format(), dataset.schema);
  int level = ShardLevel(RowText(dataset.schema, format), dataset.rows, dataset.bytes());
  for (absl::Status status = absl::OutOfRangeError(""); absl::IsOutOfRange(status); --level) {
    std::error_code error;
    fs::remove_all(temporary, error);
    MOTE_RETURN_IF_ERROR(MakeFolder(temporary));
    status = dataset.format == DatasetFormat::kRows ? WriteRows(client, dataset, format, level, temporary.string())
                                                    : WriteSourceText(client, dataset, temporary.string());
    if (!status.ok() && (!absl::IsOutOfRange(status) || level == 0)) return status;
  }
  MOTE_RETURN_IF_ERROR(ReplaceFolder(temporary, target));
  return absl::StrCat(target.string(), "/");
}

absl::StatusOr<std::string> WriteDocument(Client& client, const v1::OutputStatus& output, const fs::path& folder) {
  MOTE_ASSIGN_OR_RETURN(const std::string content, client.ReadOutput(output));
  MOTE_ASSIGN_OR_RETURN(const Json document, ParseJson(content));
  const auto path = [&](std::string_view rest) {
    return (folder / absl::StrCat(output.name(), std::string(rest))).string();
  };
  MOTE_RETURN_IF_ERROR(WriteFileAtomically(path(".json"), document.dump(2) + "\n"));
  const std::optional<std::string> text = ReportText(document);
  if (text) MOTE_RETURN_IF_ERROR(WriteFileAtomically(path(".txt"), *text));
  const std::vector<Picture> pictures = PicturesOf(document);
  for (const Picture& picture : pictures) {
    MOTE_RETURN_IF_ERROR(WriteFileAtomically(path(absl::StrCat(".", picture.name, ".svg")), picture.svg));
  }
  if (!pictures.empty()) {
    MOTE_RETURN_IF_ERROR(
        WriteFileAtomically(path(".html"), PageOf(output.name(), {{output.name(), text.value_or(""), pictures}})));
  }
  if (const std::optional<std::string> events = EventFile(document)) {
    MOTE_RETURN_IF_ERROR(WriteFileAtomically(path(".tfevents"), *events));
  }
  return path(".json");
}

absl::StatusOr<std::string> WriteBlob(Client& client, const v1::OutputStatus& output, const fs::path& folder) {
  const fs::path temporary = folder / absl::StrCat(".", output.name(), ".tmp-", getpid());
  const absl::Cleanup remove = [&] {
    std::error_code ignored;
    fs::remove(temporary, ignored);
  };
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  bool first = true;
  bool safetensors = false;
  MOTE_RETURN_IF_ERROR(ForEachPiece(client, output, [&](std::string_view bytes) {
    if (first) safetensors = IsSafetensors(bytes, output.bytes());
    first = false;
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return absl::OkStatus();
  }));
  file.close();
  if (!file) return Disk(temporary, std::error_code(errno, std::generic_category()));
  const fs::path target = folder / absl::StrCat(output.name(), safetensors ? ".safetensors" : ".bin");
  std::error_code error;
  fs::rename(temporary, target, error);
  if (error) return Disk(target, error);
  return target.string();
}

absl::Status PrintTable(Client& client, const v1::OutputStatus& output, bool as_json, std::ostream& out) {
  MOTE_ASSIGN_OR_RETURN(const Dataset dataset, ReadDataset(client, output));
  if (dataset.format != DatasetFormat::kRows) {
    return ReadSourceText(client, dataset, [&](std::string_view bytes) {
      out << bytes;
      return absl::OkStatus();
    });
  }
  const RowText text(dataset.schema, FormatOf(as_json ? "jsonl" : output.format(), dataset.schema));
  out << text.Header();
  return ForEachSegment(client, dataset, [&](const TableView& rows, std::string_view) {
    std::string lines;
    for (int64_t row = 0; row < rows.rows(); ++row) text.Append(rows, row, &lines);
    out << lines;
    return absl::OkStatus();
  });
}

}  // namespace

bool IsSafetensors(std::string_view beginning, int64_t bytes) {
  uint64_t header = 0;
  if (beginning.size() < sizeof(header) + 2) return false;
  std::memcpy(&header, beginning.data(), sizeof(header));
  if (header < 2 || bytes < static_cast<int64_t>(sizeof(header)) ||
      header > static_cast<uint64_t>(bytes) - sizeof(header)) {
    return false;
  }
  const std::string_view text = beginning.substr(sizeof(header), header);
  return text.size() < header ? text[0] == '{' : Json::accept(text) && text[0] == '{';
}

absl::StatusOr<std::string> WriteOutput(Client& client, const v1::OutputStatus& output, const std::string& folder) {
  const std::string& name = output.name();
  if (name.empty() || name[0] == '.' || name.find_first_of(std::string_view("/\0", 2)) != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat("output '", name, "' cannot be written: that is no file name"));
  }
  MOTE_RETURN_IF_ERROR(MakeFolder(folder));
  switch (output.kind()) {
    case v1::OUTPUT_KIND_TABLE:
      return WriteTable(client, output, folder);
    case v1::OUTPUT_KIND_DOCUMENT:
      return WriteDocument(client, output, folder);
    case v1::OUTPUT_KIND_BLOB:
      return WriteBlob(client, output, folder);
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("output '", name, "' is of a kind that this version does not know; use a newer mote"));
  }
}

absl::Status PrintOutput(Client& client, const v1::OutputStatus& output, bool as_json, std::ostream& out) {
  if (output.kind() == v1::OUTPUT_KIND_TABLE) return PrintTable(client, output, as_json, out);
  if (output.kind() == v1::OUTPUT_KIND_DOCUMENT) {
    MOTE_ASSIGN_OR_RETURN(const std::string content, client.ReadOutput(output));
    MOTE_ASSIGN_OR_RETURN(const Json document, ParseJson(content));
    const std::optional<std::string> text = as_json ? std::nullopt : ReportText(document);
    out << (text ? *text : document.dump(2) + "\n");
    return absl::OkStatus();
  }
  return ForEachPiece(client, output, [&](std::string_view bytes) {
    out << bytes;
    return absl::OkStatus();
  });
}

absl::Status CheckWritable(const std::string& folder) {
  std::error_code error;
  fs::path nearest = fs::absolute(folder, error).lexically_normal();
  while (!fs::exists(nearest, error) && nearest.has_relative_path()) nearest = nearest.parent_path();
  const std::string what = absl::StrCat("'", folder, "' cannot be written: '", nearest.string(), "' ");
  if (!fs::is_directory(nearest, error)) return absl::InvalidArgumentError(what + "is not a directory");
  if (access(nearest.c_str(), W_OK | X_OK) == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, "may not be written: ", std::strerror(errno)));
}

}  // namespace mote::client
