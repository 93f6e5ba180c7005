/**
 * Apache Kafka's jars from Maven Central, fetched once into `.cache` (git-ignored): a real broker without Docker.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const kafkaVersion = '4.4.0';

const run = promisify(execFile);

const cacheDirectory = new URL('../../.cache/', import.meta.url).pathname;

const pom = `<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>straggler.test</groupId><artifactId>broker</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/** Why no local broker can be had here, in words; null when one can. */
export async function localKafkaObstacle(): Promise<string | null> {
  try {
    const { stderr } = await run('java', ['-version']);
    const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
    if (major < 17) return `java is version ${major}, Apache Kafka ${kafkaVersion} needs 17`;
  } catch {
    return 'no java on the path (Apache Kafka needs Java 17)';
  }
  if (existsSync(jarsDirectory())) return null;
  try {
    await run('mvn', ['-v']);
  } catch {
    return 'no mvn on the path to fetch the jars of Apache Kafka with';
  }
  return null;
}

function jarsDirectory(): string {
  return join(cacheDirectory, `kafka-${kafkaVersion}`);
}

/** The folder of jars, fetched when it is not there. Complete or absent: it gets its name by a rename. */
export async function kafkaJars(): Promise<string> {
  const jars = jarsDirectory();
  if (existsSync(jars)) return jars;
  await mkdir(cacheDirectory, { recursive: true });
  const scratch = await mkdtemp(join(cacheDirectory, 'fetch-'));
  try {
    await writeFile(join(scratch, 'pom.xml'), pom);
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'], {
      cwd: scratch,
      timeout: 300_000,
    });
    const names = await readdir(join(scratch, 'jars'));
    if (!names.includes(`kafka_2.13-${kafkaVersion}.jar`))
      throw new Error(`mvn brought no kafka jar: ${names.join(' ')}`);
    await rename(join(scratch, 'jars'), jars).catch((error: NodeJS.ErrnoException) => {
      // Another process was quicker: its folder is as good.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return jars;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
