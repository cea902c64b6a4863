// `index`: where the rows of a text file start. Task t looks at the bytes
// [t·chunk_bytes, (t+1)·chunk_bytes); task 0 reads the header of a CSV file too, every task
// that of an ARFF file, behind which its rows begin.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/arff_header.h"
#include "common/csv.h"
#include "common/json.h"
#include "common/prepare/cell.h"
#include "common/reducers/text_index.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "worker/engine/artifact_reader.h"
#include "worker/engine/builtin_kernels.h"
#include "worker/engine/kernels/input_file.h"
#include "worker/engine/kernels/row_finder.h"

namespace mote::engine {
namespace {

// The header of a CSV file ends within this many bytes.
constexpr int64_t kHeaderBytesMax = 1 << 20;

class IndexPass final : public PassKernel {
 public:
  IndexPass(InputFile file, const Json& parameters)
      : reader_(std::move(file.reader)),
        name_(std::move(file.name)),
        delimiter_(parameters.at("delimiter").get<std::string>()[0]),
        chunk_bytes_(parameters.at("chunk_bytes").get<int64_t>()) {
    const std::string format = parameters.at("format").get<std::string>();
    if (format == "jsonl") format_ = DatasetFormat::kJsonl;
    if (format == "text") format_ = DatasetFormat::kText;
    if (format == "arff") format_ = DatasetFormat::kArff;
  }

  absl::Status RunTask(int64_t task, TaskContext& context, std::string* partial) override {
    if (format_ == DatasetFormat::kArff && !arff_) MOTE_RETURN_IF_ERROR(ReadArffHeader(context));
    const int64_t begin = task * chunk_bytes_;
    const int64_t end = std::min(begin + chunk_bytes_, reader_.bytes());
    std::string joined;
    MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, reader_.View(begin, end - begin, context, &joined));
    if (arff_) return AddArffLeaf(task, bytes, context, partial);
    TextPiece piece{bytes, begin, reader_.bytes(), nullptr};
    // Another reader: the view of this piece must stay where it is.
    piece.following = [&]() -> absl::StatusOr<std::string> {
      ArtifactReader ahead = reader_;
      std::string copy;
      MOTE_ASSIGN_OR_RETURN(const std::string_view view,
                            ahead.View(end, std::min<int64_t>(2, ahead.bytes() - end), context, &copy));
      return std::string(view);
    };
    MOTE_ASSIGN_OR_RETURN(ChunkFacts facts, FindRows(piece, format_));
    if (task == 0 && format_ == DatasetFormat::kCsv) MOTE_RETURN_IF_ERROR(ReadHeader(context, &facts.header));
    return TextIndexLeaf(facts, partial, context.blobs());
  }

 private:
  absl::Status AddArffLeaf(int64_t task, std::string_view bytes, TaskContext& context, std::string* partial) {
    ChunkFacts facts = FindArffRows(bytes, task * chunk_bytes_, arff_->end_offset);
    if (task == 0) {
      std::vector<std::string_view> names;
      for (const ArffAttribute& attribute : arff_->attributes) names.push_back(attribute.name);
      facts.header.end_offset = arff_->end_offset;
      facts.header.lines = arff_->lines;
      MOTE_RETURN_IF_ERROR(CheckNames(names, &facts.header));
    }
    return TextIndexLeaf(facts, partial, context.blobs());
  }

  absl::Status ReadArffHeader(TaskContext& context) {
    std::string joined;
    MOTE_ASSIGN_OR_RETURN(const std::string_view start,
                          reader_.View(0, std::min(kArffHeaderBytesMax, reader_.bytes()), context, &joined));
    absl::StatusOr<ArffHeader> header = ArffHeader::Parse(start);
    if (!header.ok()) return Wrong(absl::StrCat(" ", header.status().message()));
    arff_ = *std::move(header);
    return absl::OkStatus();
  }

  absl::Status ReadHeader(TaskContext& context, TextHeader* header) {
    std::string joined;
    const int64_t size = std::min(kHeaderBytesMax, reader_.bytes());
    MOTE_ASSIGN_OR_RETURN(std::string_view text, reader_.View(0, size, context, &joined));
    const int64_t mark = text.starts_with("\xef\xbb\xbf") ? 3 : 0;  // a UTF-8 byte order mark
    text.remove_prefix(mark);
    CsvScanner scanner(text, delimiter_);
    std::vector<std::string_view> cells;
    absl::StatusOr<bool> found = scanner.Next(&cells);
    if (!found.ok()) {
      const int64_t line = 1 + std::count(text.begin(), text.begin() + scanner.error().offset, '\n');
      return Wrong(absl::StrCat(" line ", line, ": the header is wrong: ", scanner.error().message));
    }
    if (!*found) return absl::OkStatus();  // no rows at all: the reducer says so
    if (mark + scanner.offset() == size && size < reader_.bytes()) {
      return Wrong(absl::StrCat(": the header is longer than ", size, " bytes; is this a CSV file?"));
    }
    header->end_offset = mark + scanner.offset();
    header->lines = scanner.lines();
    return CheckNames(cells, header);
  }

  absl::Status CheckNames(const std::vector<std::string_view>& cells, TextHeader* header) {
    std::map<std::string_view, size_t> seen;
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string_view name = Trim(cells[i]);
      if (name.empty()) {
        return Wrong(absl::StrCat(": column ", i + 1, " of the header has no name; name every column"));
      }
      if (!IsUtf8(name)) {
        return Wrong(absl::StrCat(": the name of column ", i + 1, " is not UTF-8; convert the file to UTF-8"));
      }
      const auto [other, is_new] = seen.emplace(name, i);
      if (!is_new) {
        return Wrong(absl::StrCat(": columns ", other->second + 1, " and ", i + 1, " of the header are both called \"",
                                  std::string(name), "\"; give them different names"));
      }
      header->names.emplace_back(name);
    }
    return absl::OkStatus();
  }

  absl::Status Wrong(const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat("\"", name_, "\"", what));
  }

  ArtifactReader reader_;
  const std::string name_;
  const char delimiter_;
  const int64_t chunk_bytes_;
  DatasetFormat format_ = DatasetFormat::kCsv;
  std::optional<ArffHeader> arff_;  // once it is read
};

class IndexKernel final : public Kernel {
 public:
  absl::StatusOr<std::unique_ptr<PassKernel>> Open(const PassSpec& pass, const EngineOptions&,
                                                   TaskContext& context) override {
    MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
    MOTE_ASSIGN_OR_RETURN(InputFile file, InputFile::Open(pass, context));
    return std::make_unique<IndexPass>(std::move(file), parameters);
  }
};

}  // namespace

std::unique_ptr<Kernel> MakeIndexKernel() { return std::make_unique<IndexKernel>(); }

}  // namespace mote::engine
