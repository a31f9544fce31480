// What one statement does to a schema, as far as its text tells. Pure data; knows no dialect and no state.
import type { SchemaObject, Value } from './model.ts';

/** A top-level object. */
export interface ObjectName {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
}

/** What an edit sets; undefined takes an attribute away. */
export type Attributes = Readonly<Record<string, Value | undefined>>;

/** A child of a table or type. */
export interface ChildName {
  /** The first kind is assumed where none of that name is known. */
  readonly kinds: readonly string[];
  readonly name: string;
}

/** One step of a statement. Where it names what no earlier statement made, that thing is taken to be there (`Story`). */
export type SchemaEdit =
  /** `ifMissing`: nothing happens where it is there. */
  | { readonly do: 'create'; readonly object: SchemaObject; readonly ifMissing?: boolean }
  /** `ifThere`: the statement says IF EXISTS. */
  | {
      readonly do: 'drop';
      readonly object: ObjectName;
      readonly ifThere?: boolean;
      /** Kinds that it may have besides; the first that is known is meant. */
      readonly or?: readonly string[];
    }
  | {
      readonly do: 'rename';
      readonly object: ObjectName;
      readonly to: Pick<ObjectName, 'namespace' | 'name'>;
      readonly or?: readonly string[];
    }
  | {
      readonly do: 'add';
      readonly to: ObjectName;
      readonly child: SchemaObject;
      readonly ifMissing?: boolean;
    }
  /** `from` is null for what is named without its table; the first table that has it is meant. */
  | {
      readonly do: 'remove';
      readonly from: ObjectName | null;
      readonly child: ChildName;
      readonly ifThere?: boolean;
      /** What the child is taken to have been where it is not known. */
      readonly was?: Attributes;
    }
  | {
      readonly do: 'rename-child';
      readonly of: ObjectName | null;
      readonly child: ChildName;
      readonly to: string;
    }
  /** `was` is what the attributes are taken to have been where the thing is not known. */
  | { readonly do: 'alter'; readonly object: ObjectName; readonly set: Attributes; readonly was?: Attributes }
  | {
      readonly do: 'alter-child';
      readonly of: ObjectName;
      readonly child: ChildName;
      readonly set: Attributes;
      readonly was?: Attributes;
      /** Nothing is assumed: a child that is not known stays unknown. */
      readonly knownOnly?: boolean;
    }
  /** The child is declared anew, perhaps under another name; what the declaration leaves out is gone. */
  | {
      readonly do: 'restate';
      readonly of: ObjectName;
      readonly child: ChildName;
      readonly as: SchemaObject;
      readonly was?: Attributes;
    };
