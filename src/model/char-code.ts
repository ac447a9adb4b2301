/**
 * `text.charCodeAt(index)`, for loops. As soon as a program or a library of it adds a method to `String.prototype`, V8 looks the method of every single
 * call up, at 100 instructions or more; what is bound like this it still compiles to a load. (Most of the time of encoding an id was that.)
 */
export const charCodeAt: (text: string, index: number) => number = Function.prototype.call.bind(
  String.prototype.charCodeAt,
);
