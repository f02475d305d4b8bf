import { scrubPersonal } from '../collector/scrubPersonal.ts'

/** Queries and fragments of addresses, and whatever else looks like a query. */
const AFTER_ADDRESS = /((?:\b[a-z][a-z\d+.-]{0,20}:)?\/\/[^\s"'<>?#]{1,500})[?#][^\s"'<>]*/gi
const AFTER_PATH = /^(\/[^\s?#]*)[?#].*$/s
const QUERY = /\?[^\s?=]{1,100}=\S*/g

/** A text as other tools may have it: without the queries of addresses, and without what tells who somebody is. Pure. */
export const cleanText = (text: string): string =>
  scrubPersonal(text.replace(AFTER_ADDRESS, '$1').replace(AFTER_PATH, '$1').replace(QUERY, ''))

/** The path of an event's place, without the query parameters that the site itself keeps. */
export const getPath = (location: string): string => cleanText(location.replace(/[?#].*/s, ''))
