import { rename, rm } from "node:fs/promises";
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetRead } from "hyparquet";
import { fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { Refusal } from "../refusal.ts";
import { exactJson, parseExactJson } from "./exact-json.ts";
import { type History, historySchemaVersion } from "./history.ts";
import { columnsOfRows, fileColumnNames, storeColumn } from "./request-columns.ts";
import { allocateRequests } from "./requests.ts";

const metadataKey = "gatecrash";
const rowsPerGroup = 100_000;

/**
 * Saves `history` as one Parquet file: a row a request, and everything else as JSON in the file's own metadata.
 * Instants in the file are milliseconds after the run's origin; absent ones are null. The file appears whole or
 * not at all.
 */
export async function writeHistory(path: string, history: History): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const writer = new ParquetWriter({
      writer: fileWriter(partial),
      schema: schemaFromColumnData({ columnData: columnsOfRows(history, 0, 0) }),
      kvMetadata: [{ key: metadataKey, value: exactJson(withoutRequests(history)) }],
      createdBy: `gatecrash ${history.run.environment.gatecrash}`,
    });
    for (let from = 0; from < history.requests.count; from += rowsPerGroup) {
      const until = Math.min(from + rowsPerGroup, history.requests.count);
      await writer.write({
        columnData: columnsOfRows(history, from, until).map(({ name, data }) => ({ name, data })),
        rowGroupSize: rowsPerGroup,
      });
    }
    await writer.finish();
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Reads what `writeHistory` wrote. Throws a `Refusal` for a file that is missing, cut off, or of another version. */
export async function readHistory(path: string): Promise<History> {
  const file = await opened(path);
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw damaged(path, cause);
  });
  const rest = metadataOf(path, metadata);
  const requests = allocateRequests(Number(metadata.num_rows));
  const history: History = { ...rest, requests };
  try {
    const written = new Set(metadata.schema.map(({ name }) => name));
    // Histories of before there were refunds have none.
    const wanted = fileColumnNames.filter((name) => name !== "refund" || written.has(name));
    for (const name of wanted) await readColumn(file, metadata, history, name);
  } catch (cause) {
    throw damaged(path, cause);
  }
  return history;
}

type AsyncFile = Awaited<ReturnType<typeof asyncBufferFromFile>>;

async function opened(path: string): Promise<AsyncFile> {
  try {
    return await asyncBufferFromFile(path);
  } catch (cause) {
    throw new Refusal(`There is no history at ${path}; name the folder of a run, or \`latest\`.`, { cause });
  }
}

function damaged(path: string, cause: unknown): Refusal {
  return new Refusal(
    `The history ${path} is cut off or damaged; run the scenario again to record a new one.`,
    {
      cause,
    },
  );
}

async function readColumn(
  file: AsyncFile,
  metadata: FileMetaData,
  history: History,
  name: string,
): Promise<void> {
  await parquetRead({
    file,
    metadata,
    columns: [name],
    onChunk: ({ columnData, rowStart }) => storeColumn(history, name, columnData, rowStart),
  });
}

function withoutRequests(history: History): Omit<History, "requests"> {
  const { requests: _, ...rest } = history;
  return rest;
}

function parsed(path: string, text: string): Omit<History, "requests"> {
  try {
    const rest = parseExactJson(text) as Omit<History, "requests">;
    const lists = [
      rest.phases,
      rest.subjects,
      rest.policies,
      rest.promises,
      rest.clock,
      rest.engines,
      rest.lives,
    ];
    const isOurs = rest.schemaVersion === historySchemaVersion;
    if (isOurs && !lists.every(Array.isArray)) throw new TypeError("a list is missing");
    return rest;
  } catch (cause) {
    throw damaged(path, cause);
  }
}

function metadataOf(path: string, metadata: FileMetaData): Omit<History, "requests"> {
  const text = metadata.key_value_metadata?.find(({ key }) => key === metadataKey)?.value;
  if (text === undefined) throw new Refusal(`${path} is a Parquet file, but no history of Gatecrash.`);
  const rest = parsed(path, text);
  if (rest.schemaVersion !== historySchemaVersion) {
    throw new Refusal(
      `The history ${path} has schema version ${String(rest.schemaVersion)}, this Gatecrash reads ${historySchemaVersion}; run the scenario again.`,
    );
  }
  return rest;
}
