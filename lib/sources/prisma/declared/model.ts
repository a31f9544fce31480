// The tables that a Prisma schema declares, in words of its own: what a renderer needs and nothing of any file. Pure.

export interface DeclaredColumn {
  readonly name: string;
  /** SQL, as Prisma writes it. */
  readonly type: string;
  readonly nullable: boolean;
  /** SQL; null for none, and for what Prisma's client fills in by itself. */
  readonly preset: string | null;
  /** Prisma leaves the database's own default alone: Json, and `dbgenerated()` without text. */
  readonly keepsPreset: boolean;
  readonly autoIncrement: boolean;
}

export interface DeclaredPart {
  readonly column: string;
  readonly length: number | null;
  readonly sort: 'ASC' | 'DESC' | null;
}

export interface DeclaredIndex {
  readonly kind: 'unique' | 'normal' | 'fulltext';
  readonly name: string;
  readonly parts: readonly DeclaredPart[];
}

export interface DeclaredKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: string;
  readonly referencedColumns: readonly string[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

export interface DeclaredTable {
  readonly name: string;
  readonly columns: readonly DeclaredColumn[];
  /** Empty: no primary key. */
  readonly primaryKey: readonly DeclaredPart[];
  readonly indexes: readonly DeclaredIndex[];
  readonly foreignKeys: readonly DeclaredKey[];
  /** Behind an implicit many-to-many relation: nobody named what stands on it. */
  readonly join: boolean;
}
