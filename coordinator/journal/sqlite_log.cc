#include "coordinator/journal/sqlite_log.h"

#include <sqlite3.h>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/digest.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

constexpr int kFormatVersion = 1;
constexpr size_t kChecksumBytes = 8;

// The first bytes of SHA-256 over the sequence number and the record.
std::string Checksum(int64_t sequence, std::string_view bytes) {
  std::string head;
  ByteWriter(&head).Put(sequence);
  Sha256Stream stream;
  stream.Update(head);
  stream.Update(bytes);
  return std::string(stream.Finish().Raw().substr(0, kChecksumBytes));
}

std::string_view BlobColumn(sqlite3_stmt* row, int column) {
  const void* address = sqlite3_column_blob(row, column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(row, column));
  return address == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(address), size);
}

absl::StatusCode CodeOf(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return absl::StatusCode::kPermissionDenied;
    default:
      return absl::StatusCode::kInternal;
  }
}

// Finalizes a statement when it leaves the scope.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  sqlite3_stmt* get() const { return statement_; }

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteLog>> SqliteLog::Open(const std::string& path) {
  std::unique_ptr<SqliteLog> log(new SqliteLog(path));
  MOTE_RETURN_IF_ERROR(log->Connect());
  MOTE_RETURN_IF_ERROR(log->CheckFormat());
  MOTE_RETURN_IF_ERROR(log->FindEnd());
  MOTE_ASSIGN_OR_RETURN(log->insert_, log->Prepare("INSERT INTO record (sequence, checksum, bytes) VALUES (?, ?, ?)"));
  return log;
}

SqliteLog::~SqliteLog() {
  sqlite3_finalize(insert_);
  sqlite3_close(db_);
}

absl::Status SqliteLog::Connect() {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (const int code = sqlite3_open_v2(path_.c_str(), &db_, flags, nullptr); code != SQLITE_OK) {
    return Error(code, "opening");
  }
  // Exclusive locking comes first: WAL then needs no shared memory, and no second
  // connection can exist.
  return Execute(
      "PRAGMA locking_mode = EXCLUSIVE;"
      "PRAGMA journal_mode = WAL;"
      "PRAGMA synchronous = FULL;"
      "PRAGMA mmap_size = 0;"
      "BEGIN IMMEDIATE;"
      "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS record (sequence INTEGER PRIMARY KEY, checksum BLOB NOT NULL, bytes BLOB NOT NULL);"
      "INSERT OR IGNORE INTO meta VALUES ('format_version', 1);"
      "COMMIT;");
}

absl::Status SqliteLog::CheckFormat() {
  MOTE_ASSIGN_OR_RETURN(sqlite3_stmt * prepared, Prepare("SELECT value FROM meta WHERE key = 'format_version'"));
  const Statement select(prepared);
  if (const int code = sqlite3_step(select.get()); code != SQLITE_ROW) return Error(code, "reading the format of");
  const int64_t version = sqlite3_column_int64(select.get(), 0);
  if (version == kFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("journal \"", path_, "\" has format ", version,
                                                    ", this coordinator knows format ", kFormatVersion,
                                                    "; run the version that wrote it or choose another --state-dir"));
}

absl::Status SqliteLog::FindEnd() {
  MOTE_ASSIGN_OR_RETURN(sqlite3_stmt * prepared, Prepare("SELECT COALESCE(MAX(sequence), 0) FROM record"));
  const Statement select(prepared);
  if (const int code = sqlite3_step(select.get()); code != SQLITE_ROW) return Error(code, "finding the end of");
  next_sequence_ = sqlite3_column_int64(select.get(), 0) + 1;
  return absl::OkStatus();
}

absl::Status SqliteLog::Append(const std::vector<std::string>& records) {
  if (!failed_.ok()) return failed_;
  failed_ = AppendAll(records);
  return failed_;
}

absl::Status SqliteLog::AppendAll(const std::vector<std::string>& records) {
  MOTE_RETURN_IF_ERROR(Execute("BEGIN"));
  int64_t sequence = next_sequence_;
  for (const std::string& record : records) MOTE_RETURN_IF_ERROR(Insert(sequence++, record));
  MOTE_RETURN_IF_ERROR(Execute("COMMIT"));
  next_sequence_ = sequence;
  return absl::OkStatus();
}

absl::Status SqliteLog::Insert(int64_t sequence, std::string_view bytes) {
  const std::string checksum = Checksum(sequence, bytes);
  sqlite3_bind_int64(insert_, 1, sequence);
  sqlite3_bind_blob(insert_, 2, checksum.data(), static_cast<int>(checksum.size()), SQLITE_STATIC);
  // An empty blob needs an address: a null one would be stored as NULL.
  sqlite3_bind_blob64(insert_, 3, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
  const int code = sqlite3_step(insert_);
  sqlite3_reset(insert_);
  return code == SQLITE_DONE ? absl::OkStatus() : Error(code, "appending to");
}

absl::Status SqliteLog::Read(const std::function<absl::Status(int64_t, std::string_view)>& read) {
  MOTE_ASSIGN_OR_RETURN(sqlite3_stmt * prepared,
                        Prepare("SELECT sequence, checksum, bytes FROM record ORDER BY sequence"));
  const Statement select(prepared);
  int64_t expected = 1;
  int code = SQLITE_ROW;
  for (; (code = sqlite3_step(select.get())) == SQLITE_ROW; ++expected) {
    const int64_t sequence = sqlite3_column_int64(select.get(), 0);
    if (sequence != expected) return Damaged(expected, "is missing");
    const std::string_view bytes = BlobColumn(select.get(), 2);
    if (Checksum(sequence, bytes) != BlobColumn(select.get(), 1)) return Damaged(sequence, "has a wrong checksum");
    if (const absl::Status status = read(sequence, bytes); !status.ok()) {
      return Damaged(sequence, absl::StrCat("cannot be replayed: ", std::string(status.message())));
    }
  }
  return code == SQLITE_DONE ? absl::OkStatus() : Error(code, absl::StrCat("reading record ", expected, " of"));
}

absl::Status SqliteLog::Execute(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code, "writing to");
}

absl::StatusOr<sqlite3_stmt*> SqliteLog::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) return Error(code, "reading");
  return statement;
}

absl::Status SqliteLog::Error(int code, std::string_view doing) const {
  const absl::StatusCode status = CodeOf(code);
  std::string_view remedy;
  if (status == absl::StatusCode::kFailedPrecondition) remedy = "; another process holds it: stop that one";
  if (status == absl::StatusCode::kResourceExhausted) remedy = "; free space on its disk";
  if (status == absl::StatusCode::kDataLoss) remedy = "; restore the file from a backup or choose another --state-dir";
  return absl::Status(
      status, absl::StrCat(std::string(doing), " journal \"", path_, "\": ", sqlite3_errmsg(db_), std::string(remedy)));
}

absl::Status SqliteLog::Damaged(int64_t sequence, std::string_view what) const {
  return absl::DataLossError(absl::StrCat("journal \"", path_, "\": record ", sequence, " ", std::string(what),
                                          "; restore the file from a backup or choose another --state-dir"));
}

}  // namespace mote::coordinator
