/**
 * Base of classes that keep something of ours with an object of the program or of a library, as a private field (`#name`) of that object:
 * nobody else can see it, and it goes when the object goes. A WeakMap does the same for 0.2 to 0.4 us an object, most of it in
 * the garbage collector; a private field takes 0.02. So it is for objects that come with each request or call.
 *
 * A subclass declares the field, and the static methods that set and read it. Its instances are the holders themselves.
 */
export class PrivateField {
  constructor(holder: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what gives the holder the fields of the subclass.
    return holder as PrivateField;
  }
}
