#include "coordinator/journal/sqlite_database.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

absl::StatusCode CodeOf(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // of statements that are right: the schema is broken
      return absl::StatusCode::kDataLoss;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return absl::StatusCode::kPermissionDenied;
    default:
      return absl::StatusCode::kInternal;
  }
}

std::string_view RemedyOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kFailedPrecondition:
      return "; another process holds it: stop that one";
    case absl::StatusCode::kResourceExhausted:
      return "; free space on its disk";
    case absl::StatusCode::kDataLoss:
      return "; restore the state directory from a backup (see docs/state_directory.md) or choose another --state-dir";
    case absl::StatusCode::kPermissionDenied:
      return "; let this user read and write the file and its directory";
    default:
      return "; look at the system's log for what its disk reports";
  }
}

}  // namespace

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

SqliteStatement::SqliteStatement(SqliteStatement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)) {}

SqliteStatement& SqliteStatement::operator=(SqliteStatement&& other) noexcept {
  std::swap(statement_, other.statement_);
  return *this;
}

void SqliteStatement::Bind(int parameter, int64_t value) { sqlite3_bind_int64(statement_, parameter, value); }

void SqliteStatement::Bind(int parameter, std::string_view bytes) {
  // An empty blob needs an address: a null one would be stored as NULL.
  sqlite3_bind_blob64(statement_, parameter, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC);
}

int64_t SqliteStatement::Integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view SqliteStatement::Blob(int column) const {
  const void* address = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
  return address == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(address), size);
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const std::string& path) {
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path));
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (const int code = sqlite3_open_v2(path.c_str(), &database->connection_, flags, nullptr); code != SQLITE_OK) {
    return database->Error(code, "opening");
  }
  sqlite3_db_config(database->connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // Exclusive locking comes first: WAL then needs no shared memory, and no second
  // connection can exist.
  MOTE_RETURN_IF_ERROR(
      database->Execute("PRAGMA locking_mode = EXCLUSIVE;"
                        "PRAGMA journal_mode = WAL;"
                        "PRAGMA synchronous = FULL;"
                        "PRAGMA mmap_size = 0;"
                        "PRAGMA journal_size_limit = 16777216;"));
  return database;
}

SqliteDatabase::~SqliteDatabase() { sqlite3_close(connection_); }

absl::Status SqliteDatabase::KeepWritten() {
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return Execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

absl::Status SqliteDatabase::Execute(const char* sql) {
  const int code = sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code, "writing to");
}

absl::StatusOr<SqliteStatement> SqliteDatabase::Prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr);
  if (code != SQLITE_OK) return Error(code, "reading");
  return SqliteStatement(statement);
}

absl::StatusOr<int64_t> SqliteDatabase::IntegerOf(const std::string& sql) {
  MOTE_ASSIGN_OR_RETURN(const SqliteStatement select, Prepare(sql));
  if (const int code = sqlite3_step(select.get()); code != SQLITE_ROW) return Error(code, "reading");
  return select.Integer(0);
}

absl::Status SqliteDatabase::CheckStructure() {
  MOTE_ASSIGN_OR_RETURN(const SqliteStatement check, Prepare("PRAGMA quick_check(1)"));
  if (const int code = sqlite3_step(check.get()); code != SQLITE_ROW) return Error(code, "checking");
  const std::string found(check.Blob(0));
  if (found == "ok") return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("journal \"", path_, "\" is damaged: ", found, std::string(RemedyOf(absl::StatusCode::kDataLoss))));
}

absl::Status SqliteDatabase::Error(int code, std::string_view doing) const {
  // A query that should have answered a row and did not: the row is gone.
  if (code == SQLITE_DONE) code = SQLITE_CORRUPT;
  const absl::StatusCode status = CodeOf(code);
  return absl::Status(status, absl::StrCat(std::string(doing), " journal \"", path_, "\": ", sqlite3_errstr(code), " (",
                                           sqlite3_errmsg(connection_), ")", std::string(RemedyOf(status))));
}

}  // namespace mote::coordinator
