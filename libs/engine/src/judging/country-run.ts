/**
 * The logins since the last log-out, as far as the next login needs them: the latest, and the latest of another
 * country than the latest's.
 */
export class CountryRun {
  /** Country numbers; 0 for none. Times are epoch milliseconds. */
  latestCountry = 0;
  latestTime = 0;
  otherCountry = 0;
  otherTime = 0;
  /** What `look` found. */
  previousCountry = 0;
  previousTime = 0;

  logOut(): void {
    this.latestCountry = 0;
    this.otherCountry = 0;
  }

  login(country: number, time: number): void {
    if (country !== this.latestCountry) {
      this.otherCountry = this.latestCountry;
      this.otherTime = this.latestTime;
    }
    this.latestCountry = country;
    this.latestTime = time;
  }

  /** Meets the logins in reverse order, latest first; true once no earlier one can matter. */
  loginBefore(country: number, time: number): boolean {
    if (this.latestCountry === 0) {
      this.latestCountry = country;
      this.latestTime = time;
      return false;
    }
    if (country === this.latestCountry) return false;
    this.otherCountry = country;
    this.otherTime = time;
    return true;
  }

  /** Whether a login from `country` at `time` has one from another country before it, at most `withinMs` apart. */
  look(country: number, time: number, withinMs: number): boolean {
    const differs = this.latestCountry !== country;
    this.previousCountry = differs ? this.latestCountry : this.otherCountry;
    this.previousTime = differs ? this.latestTime : this.otherTime;
    return this.previousCountry !== 0 && time - this.previousTime <= withinMs;
  }

  copy(from: CountryRun): void {
    this.latestCountry = from.latestCountry;
    this.latestTime = from.latestTime;
    this.otherCountry = from.otherCountry;
    this.otherTime = from.otherTime;
  }
}
