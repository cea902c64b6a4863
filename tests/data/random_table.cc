#include "tests/data/random_table.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/philox.h"

namespace mote::testing {
namespace {

class Draw {
 public:
  explicit Draw(uint64_t seed) : philox_(seed, 0) {}
  // One of `n` whole numbers.
  uint64_t Of(uint64_t n) { return philox_.U64(next_++) % n; }
  double Normal() { return philox_.Normal(next_++); }

 private:
  Philox philox_;
  uint64_t next_ = 0;
};

std::string Quoted(const std::string& cell, bool always) {
  if (!always && cell.find_first_of(",\"\n\r") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

std::vector<std::string> RandomRow(Draw& draw) {
  static const char* const kPurposes[] = {"car", "radio, \"tv\"", "a\nhouse", "\"\"\n\n,", "?", "repairs", "vacation"};
  std::vector<std::string> row;
  row.push_back(draw.Of(9) == 0 ? "NA" : absl::StrFormat("%.9g", 1000 + 900 * draw.Normal()));
  row.push_back(draw.Of(11) == 0 ? "" : absl::StrCat(20 + draw.Of(40)));
  row.push_back(kPurposes[draw.Of(draw.Of(20) == 0 ? 7 : 5)]);
  row.push_back(draw.Of(3) == 0 ? "yes" : "no");
  row.push_back("7");
  row.push_back(draw.Of(40) == 0 ? "?" : draw.Of(10) < 3 ? "bad" : "good");
  return row;
}

}  // namespace

RandomTable MakeRandomTable(int64_t rows, uint64_t seed) {
  Draw draw(seed);
  RandomTable table;
  table.names = {"amount", "age", "purpose", "flag", "constant", "class"};
  table.text = draw.Of(2) == 0 ? "\xef\xbb\xbf" : "";
  table.text += "amount,age,\"purpose\",flag,constant,class\n";
  for (int64_t i = 0; i < rows; ++i) {
    table.rows.push_back(RandomRow(draw));
    for (size_t c = 0; c < table.names.size(); ++c) {
      table.text += Quoted(table.rows.back()[c], draw.Of(5) == 0);
      if (c + 1 < table.names.size()) table.text += ',';
    }
    if (i + 1 < rows || draw.Of(2) == 0) table.text += draw.Of(3) == 0 ? "\r\n" : "\n";
    while (i + 1 < rows && draw.Of(12) == 0) table.text += draw.Of(2) == 0 ? "\n" : "\r\n";
  }
  return table;
}

std::vector<std::vector<std::string>> TextCells(const Table& table) {
  const TableView view = *TableView::Open(table.schema, table.rows, table.bytes);
  std::vector<std::vector<std::string>> rows;
  for (int64_t row = 0; row < table.rows; ++row) {
    rows.emplace_back();
    for (size_t c = 0; c < table.schema.columns.size(); ++c) rows.back().emplace_back(view.Text(row, c));
  }
  return rows;
}

}  // namespace mote::testing
