#include "common/reducers/text_index.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/dataset.h"
#include "common/json.h"
#include "common/json_params.h"
#include "common/reducers/row_rope.h"
#include "common/reducers/store_table.h"
#include "common/status_macros.h"

namespace mote {
namespace {

Schema ChunkSchema() { return Schema{{{"chunk", DType::kText, 1}}}; }

absl::Status GetRows(ByteReader& reader, ChunkRows* rows) {
  for (int64_t* field : {&rows->rows, &rows->first_offset, &rows->first_line, &rows->last_line}) {
    MOTE_ASSIGN_OR_RETURN(*field, reader.Get<int64_t>());
    if (*field < 0) return absl::InvalidArgumentError("chunk facts: a negative count");
  }
  return absl::OkStatus();
}

absl::Status GetHeader(ByteReader& reader, TextHeader* header) {
  MOTE_ASSIGN_OR_RETURN(const uint32_t names, reader.Get<uint32_t>());
  if (names == 0) return absl::OkStatus();
  if (names > reader.remaining() / sizeof(uint32_t)) return absl::InvalidArgumentError("chunk facts: too many names");
  for (uint32_t i = 0; i < names; ++i) {
    MOTE_ASSIGN_OR_RETURN(const std::string_view name, reader.GetString());
    header->names.emplace_back(name);
  }
  MOTE_ASSIGN_OR_RETURN(header->end_offset, reader.Get<int64_t>());
  MOTE_ASSIGN_OR_RETURN(header->lines, reader.Get<int64_t>());
  return absl::OkStatus();
}

// Walks the chunks from the start of the file.
class IndexWalk {
 public:
  explicit IndexWalk(Dataset dataset) : dataset_(std::move(dataset)) {}

  absl::Status Add(const ChunkFacts& chunk) {
    const ChunkRows& rows = chunk.cases[second_case_];
    if (chunk.nul_offset >= 0) {
      return Wrong(absl::StrCat(" line ", line_ + chunk.nul_line, " has a NUL byte (offset ", chunk.nul_offset,
                                "); the file must be plain text in UTF-8"));
    }
    if (dataset_.format == DatasetFormat::kArff) AddColumns(chunk.header);
    if (rows.rows > 0) {
      MOTE_RETURN_IF_ERROR(CheckLength(rows.first_offset));
      last_offset_ = rows.first_offset;
      AddChunk(chunk, rows);
      last_row_line_ = line_ + rows.last_line;
    }
    rows_ += rows.rows;
    line_ += chunk.newlines;
    second_case_ = (second_case_ && !chunk.settles) != chunk.odd_quotes;
    return absl::OkStatus();
  }

  absl::StatusOr<Dataset> Take() {
    if (csv() && second_case_) {
      return Wrong(absl::StrCat(" line ", last_row_line_,
                                ": the row that starts here opens a quote that is never closed; close it, or double "
                                "a quote that is part of a value"));
    }
    MOTE_RETURN_IF_ERROR(CheckLength(dataset_.source.bytes));
    if (!csv()) {
      dataset_.rows = rows_;
      return std::move(dataset_);
    }
    if (rows_ == 0) return Wrong(" has no header: all its lines are empty; the first row must name the columns");
    dataset_.rows = rows_ - 1;
    return std::move(dataset_);
  }

 private:
  bool csv() const { return dataset_.format == DatasetFormat::kCsv; }

  // The rows before `offset`, from the first of the last chunk with one: of these, the
  // last may be long, and a task reads it whole.
  absl::Status CheckLength(int64_t offset) const {
    if (offset - last_offset_ <= kTextRowBytesMax) return absl::OkStatus();
    return Wrong(absl::StrCat(" line ", last_row_line_, ": the row that starts here has over ",
                              (offset - last_offset_) >> 20, " MiB, at most ", kTextRowBytesMax >> 20,
                              " are allowed; is a quote not closed, or the file not made of lines?"));
  }

  void AddChunk(const ChunkFacts& chunk, const ChunkRows& rows) {
    if (!csv()) {
      dataset_.chunks.push_back({rows.first_offset, rows_, line_ + rows.first_line});
    } else if (rows_ > 0) {
      dataset_.chunks.push_back({rows.first_offset, rows_ - 1, line_ + rows.first_line});
    } else {
      AddHeader(chunk.header, rows);
    }
  }

  // The chunk whose first row is the header: data starts behind it.
  void AddHeader(const TextHeader& header, const ChunkRows& rows) {
    AddColumns(header);
    if (rows.rows > 1) dataset_.chunks.push_back({header.end_offset, 0, 1 + header.lines});
  }

  void AddColumns(const TextHeader& header) {
    for (const std::string& name : header.names) dataset_.schema.columns.push_back({name, DType::kText, 1});
  }

  absl::Status Wrong(const std::string& what) const {
    return absl::InvalidArgumentError(absl::StrCat("\"", dataset_.name, "\"", what));
  }

  Dataset dataset_;
  int64_t rows_ = 0;  // the header included
  int64_t line_ = 1;
  int64_t last_row_line_ = 1;
  int64_t last_offset_ = 0;   // of the first row of the last chunk in which one starts
  bool second_case_ = false;  // holds for the next chunk
};

class TextIndexReducer final : public Reducer {
 public:
  explicit TextIndexReducer(Dataset empty) : empty_(std::move(empty)) {}

  absl::Status Validate(std::string_view partial) const override {
    MOTE_ASSIGN_OR_RETURN(const Rope rope, ReadRope(partial));
    if (rope.schema == ChunkSchema()) return absl::OkStatus();
    return absl::InvalidArgumentError("a partial of text_index is wrong: it has other columns");
  }
  absl::Status Combine(std::string& left, std::string_view right, BlobSink& blobs) const override {
    return CombineRopes(left, right, blobs);
  }
  absl::Status Seal(std::string& partial, BlobSink& blobs) const override { return SealToTravel(partial, 0, blobs); }
  bool FinishReadsBlobs(std::string_view partial) const override { return RopeHasBlobs(partial); }

  absl::StatusOr<Output> Finish(const std::string* partial, BlobSink& blobs, BlobSource* source) const override {
    if (partial == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", empty_.name, "\" could not be indexed: no chunk has a result"));
    }
    MOTE_RETURN_IF_ERROR(Validate(*partial));
    MOTE_ASSIGN_OR_RETURN(const Rope rope, ReadRope(*partial));
    IndexWalk walk(empty_);
    for (const RopeSegment& segment : rope.segments) {
      std::string_view bytes = segment.bytes;
      std::shared_ptr<const void> keep;
      if (segment.blob.has_value()) {
        if (source == nullptr) return absl::InternalError("text_index: its blobs can only be read in an engine");
        MOTE_ASSIGN_OR_RETURN(bytes, source->Read(segment.blob->digest, &keep));
      }
      MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(rope.schema, segment.rows, bytes));
      for (int64_t row = 0; row < segment.rows; ++row) {
        MOTE_ASSIGN_OR_RETURN(const ChunkFacts facts, ChunkFacts::Decode(view.Text(row, 0)));
        MOTE_RETURN_IF_ERROR(walk.Add(facts));
      }
    }
    MOTE_ASSIGN_OR_RETURN(const Dataset dataset, walk.Take());
    return DatasetOutput(dataset, blobs);
  }

 private:
  const Dataset empty_;  // what is known before the rows are
};

absl::StatusOr<std::unique_ptr<Reducer>> MakeTextIndex(const Json& parameters) {
  const Params params(parameters);
  Dataset dataset;
  const std::string format = params.Text("format");
  if (format == "csv") {
    dataset.format = DatasetFormat::kCsv;
  } else if (format == "arff") {
    dataset.format = DatasetFormat::kArff;
  } else if (format == "jsonl" || format == "text") {
    dataset.format = format == "text" ? DatasetFormat::kText : DatasetFormat::kJsonl;
    const Json* const fields = params.Find("fields");
    if (fields == nullptr) {
      dataset.schema.columns.push_back({format == "text" ? "line" : "record", DType::kText, 1});
    } else {
      dataset.format = DatasetFormat::kFields;
      for (const Json& field : *fields) dataset.schema.columns.push_back({field.get<std::string>(), DType::kText, 1});
    }
  } else {
    return absl::InvalidArgumentError(absl::StrCat("format: \"", format, "\" is not csv, arff, jsonl or text"));
  }
  dataset.name = params.Text("name");
  if (const std::string shared = params.Text("shared"); !shared.empty()) {
    MOTE_ASSIGN_OR_RETURN(dataset.shared, SharedFile::Parse(shared));
    dataset.source.bytes = dataset.shared->bytes;
  } else {
    MOTE_ASSIGN_OR_RETURN(dataset.source, ArtifactRef::Parse(params.Text("artifact")));
  }
  const std::string delimiter = params.Text("delimiter");
  if (delimiter.size() != 1) return absl::InvalidArgumentError("delimiter: is not one character");
  dataset.delimiter = delimiter[0];
  return std::make_unique<TextIndexReducer>(std::move(dataset));
}

}  // namespace

std::string ChunkFacts::Encode() const {
  std::string out;
  ByteWriter writer(&out);
  writer.Put(newlines);
  writer.Put(static_cast<uint8_t>(odd_quotes | settles << 1));
  for (const ChunkRows& rows : cases) {
    for (const int64_t field : {rows.rows, rows.first_offset, rows.first_line, rows.last_line}) writer.Put(field);
  }
  writer.Put(nul_offset);
  writer.Put(nul_line);
  writer.Put(static_cast<uint32_t>(header.names.size()));
  if (header.names.empty()) return out;
  for (const std::string& name : header.names) writer.PutString(name);
  writer.Put(header.end_offset);
  writer.Put(header.lines);
  return out;
}

absl::StatusOr<ChunkFacts> ChunkFacts::Decode(std::string_view bytes) {
  ByteReader reader(bytes);
  ChunkFacts facts;
  MOTE_ASSIGN_OR_RETURN(facts.newlines, reader.Get<int64_t>());
  MOTE_ASSIGN_OR_RETURN(const uint8_t after, reader.Get<uint8_t>());
  facts.odd_quotes = (after & 1) != 0;
  facts.settles = (after & 2) != 0;
  for (ChunkRows& rows : facts.cases) MOTE_RETURN_IF_ERROR(GetRows(reader, &rows));
  MOTE_ASSIGN_OR_RETURN(facts.nul_offset, reader.Get<int64_t>());
  MOTE_ASSIGN_OR_RETURN(facts.nul_line, reader.Get<int64_t>());
  MOTE_RETURN_IF_ERROR(GetHeader(reader, &facts.header));
  if (reader.remaining() != 0) return absl::InvalidArgumentError("chunk facts: bytes too many");
  return facts;
}

absl::Status TextIndexLeaf(const ChunkFacts& facts, std::string* partial, BlobSink& blobs) {
  TableBuilder table(ChunkSchema());
  table.AddText(facts.Encode());
  return MakeRope(table.Take(), partial, blobs);
}

ReducerEntry TextIndexEntry() {
  using Kind = Parameter::Kind;
  return {.description =
              {.name = "text_index",
               .summary = "Where the rows of a text file start",
               .parameters =
                   {{.name = "format", .kind = Kind::kText, .default_value = "", .summary = "csv, arff, jsonl or text"},
                    {.name = "name", .kind = Kind::kText, .default_value = "", .summary = "of the file, for messages"},
                    {.name = "artifact", .kind = Kind::kText, .default_value = "\"\"", .summary = "the file's bytes"},
                    {.name = "shared", .kind = Kind::kText, .default_value = "\"\"", .summary = "or where it lies"},
                    {.name = "delimiter",
                     .kind = Kind::kText,
                     .default_value = "\",\"",
                     .summary = "between the cells of a CSV row"},
                    {.name = "fields",
                     .kind = Kind::kList,
                     .default_value = "",
                     .optional = true,
                     .summary = "of a JSON record, a column each"}},
               .bound = "48 KiB, and 45 bytes for each blob of facts"},
          .user = false,
          .make = MakeTextIndex};
}

}  // namespace mote
