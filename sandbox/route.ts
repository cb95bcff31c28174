/**
 * What a route of the API is made of.
 *
 * @module
 */

/** What a route reads of a request. */
export interface ApiRequest {
  /** In full. */
  readonly url: string;
  /** All query parameters. */
  query(): Record<string, string>;
  /** One query parameter. */
  query(name: string): string | undefined;
  /** A part of the path that the route names. */
  param(name: string): string | undefined;
  /** A header. */
  header(name: string): string | undefined;
  /** The body. */
  text(): Promise<string>;
}

/** Routes by method and path, such as `GET /tickets/:id`. Throws a `Refusal` for what Freshdesk refuses. */
export type Routes = Record<
  string,
  (request: ApiRequest) => Response | Promise<Response>
>;

/** An error response of Freshdesk. */
export class Refusal extends Error {
  /** The name of the class. */
  override readonly name = "Refusal";
  /** What Freshdesk answers. */
  readonly response: Response;

  /** Makes an error out of its response. */
  constructor(response: Response) {
    super(`Freshdesk answers ${response.status}`);
    this.response = response;
  }
}
